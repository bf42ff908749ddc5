from typing import Any

from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class CurrentTransactionId(models.Func):
    """PostgreSQL's 64-bit id of the running transaction, which never wraps around."""

    function = "pg_current_xact_id"
    arity = 0


class TransactionIdField(models.BigIntegerField):  # type: ignore[type-arg]  # generic in the stubs only
    """A PostgreSQL `xid8`."""

    def db_type(self, connection: Any) -> str:
        return "xid8"


class EventStream(models.Model):
    """The head of a stream; its row is the lock under which the stream grows."""

    # Byte order, so that every database, and Python, walks streams in the same order.
    name = models.CharField(max_length=64, primary_key=True, db_collation="C")
    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("event stream")
        verbose_name_plural = _("event streams")

    def __str__(self) -> str:
        return self.name


class Event(models.Model):
    """One recorded fact. A database trigger refuses to change or delete it."""

    id = models.BigAutoField(primary_key=True)
    xid = TransactionIdField(db_default=CurrentTransactionId(), editable=False)
    stream = models.CharField(_("stream"), max_length=64, db_collation="C")
    seq = models.BigIntegerField(_("number"))
    type = models.CharField(_("type"), max_length=64)
    actor = models.CharField(_("actor"), max_length=64)
    payload = models.JSONField(_("payload"))
    request_id = models.CharField(_("request id"), max_length=64, blank=True)
    ip = models.GenericIPAddressField(_("IP address"), null=True, blank=True)
    occurred_at = models.DateTimeField(_("time"))
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("audit log")
        constraints = [models.UniqueConstraint(fields=["stream", "seq"], name="event_stream_seq")]
        indexes = [
            models.Index(fields=["xid", "id"], name="event_reading_order"),
            models.Index(fields=["occurred_at"], name="event_occurred_at"),
            models.Index(fields=["type", "occurred_at"], name="event_type"),
            models.Index(fields=["actor", "occurred_at"], name="event_actor"),
            models.Index(fields=["ip", "occurred_at"], name="event_ip", condition=models.Q(ip__isnull=False)),
            models.Index(fields=["request_id"], name="event_request", condition=~models.Q(request_id="")),
            models.Index(
                KeyTextTransform("object", "payload"),
                "occurred_at",
                name="event_object",
                condition=models.Q(payload__has_key="object"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stream}/{self.seq} {self.type}"


class EventAnchor(models.Model):
    """A fingerprint of every stream as of one moment: rewriting a whole chain afterwards contradicts it."""

    taken_at = models.DateTimeField(_("taken"), db_default=Now())
    before_xid = models.BigIntegerField(_("transactions before"))
    streams = models.BigIntegerField(_("streams"))
    hash = models.CharField(_("fingerprint"), max_length=64)

    class Meta:
        verbose_name = _("event anchor")
        verbose_name_plural = _("event anchors")

    def __str__(self) -> str:
        return f"{self.taken_at:%Y-%m-%d} {self.hash[:12]}"


class EventVerification(models.Model):
    """The outcome of one verification of the whole log."""

    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), db_default=Now())
    streams = models.BigIntegerField(_("streams"))
    events = models.BigIntegerField(_("events"))
    anchors = models.BigIntegerField(_("anchors compared"))
    faults = models.JSONField(_("faults"), default=list)
    faulty_streams = models.BigIntegerField(_("faulty streams"))

    class Meta:
        verbose_name = _("event verification")
        verbose_name_plural = _("event verifications")

    def __str__(self) -> str:
        return f"{self.finished_at:%Y-%m-%d %H:%M} {self.faulty_streams} faulty"

"""What webhooks are made of: who is told of what, what is told, and how the telling went."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forexpro.core.crypto.fields import EarlyBigAutoField, EncryptedTextField


class WebhookEndpoint(models.Model):
    """An address that is told of events, and how it is doing.

    `failures` counts those since the last success, `failing_since` is the time of the first of them; nothing is sent
    before `paused_until`.
    """

    class DisabledReason(models.TextChoices):
        STAFF = "staff", _("Turned off by staff")
        GONE = "gone", _("The receiver answered 410: it is gone")
        FAILING = "failing", _("It failed for three days")

    name = models.CharField(_("name"), max_length=80, unique=True)
    url = models.CharField(_("URL"), max_length=500)
    # Names of events, or "*" for every one; empty for an endpoint that is only addressed directly.
    event_types = models.JSONField(_("events"), default=list)
    payload_version = models.PositiveSmallIntegerField(_("payload version"), default=1)
    ordered = models.BooleanField(_("in order"), default=False)
    enabled = models.BooleanField(_("enabled"), default=True)
    disabled_reason = models.CharField(_("why disabled"), max_length=8, choices=DisabledReason, blank=True)
    disabled_at = models.DateTimeField(_("disabled"), null=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    failing_since = models.DateTimeField(_("failing since"), null=True)
    paused_until = models.DateTimeField(_("paused until"), null=True)
    created_at = models.DateTimeField(_("created"), db_default=Now())

    class Meta:
        verbose_name = _("webhook endpoint")
        verbose_name_plural = _("webhook endpoints")
        constraints = [
            models.CheckConstraint(
                condition=Q(enabled=True, disabled_reason="", disabled_at=None)
                | (Q(enabled=False, disabled_at__isnull=False) & ~Q(disabled_reason="")),
                name="webhook_endpoint_disabled",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_failing(self) -> bool:
        return self.enabled and self.failing_since is not None


class WebhookSecret(models.Model):
    """A secret of an endpoint. Every one that has not expired signs, so that a receiver can change over."""

    id = EarlyBigAutoField(primary_key=True)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="secrets")
    secret = EncryptedTextField()
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"), null=True)
    # People see it once.
    shown_at = models.DateTimeField(_("shown"), null=True)

    class Meta:
        verbose_name = _("webhook secret")
        verbose_name_plural = _("webhook secrets")

    def __str__(self) -> str:
        return f"secret {self.pk} of endpoint {self.endpoint_id}"


class WebhookOutbox(models.Model):
    """An event that waits to be turned into messages, written by the statement that records it."""

    event_id = models.BigIntegerField(primary_key=True)

    class Meta:
        verbose_name = _("event to tell of")
        verbose_name_plural = _("events to tell of")

    def __str__(self) -> str:
        return f"event {self.event_id}"


class WebhookMessage(models.Model):
    """What is told, word for word the same to every endpoint and at every attempt."""

    id = models.CharField(primary_key=True, max_length=40)
    # The event that it tells of; None for a message that was addressed directly.
    event_id = models.BigIntegerField(null=True)
    type = models.CharField(_("event"), max_length=64)
    version = models.PositiveSmallIntegerField(_("payload version"), default=1)
    body = models.TextField(_("body"))
    occurred_at = models.DateTimeField(_("time"))
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("webhook message")
        verbose_name_plural = _("webhook messages")
        constraints = [models.UniqueConstraint(fields=["event_id", "type", "version"], name="webhook_message_once")]
        indexes = [
            models.Index(fields=["created_at"], name="webhook_message_created"),
            models.Index(fields=["occurred_at"], name="webhook_message_occurred"),
            models.Index(fields=["type", "occurred_at"], name="webhook_message_type"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class WebhookDelivery(models.Model):
    """One message on its way to one endpoint. Whoever holds its `lease` is sending it until `next_attempt_at`."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Given up")

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    message = models.ForeignKey(WebhookMessage, on_delete=models.CASCADE, related_name="deliveries")
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.WAITING)
    attempts_made = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"))
    lease = models.UUIDField(null=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["endpoint", "message"], name="webhook_delivery_once")]
        indexes = [
            models.Index(
                fields=["endpoint", "next_attempt_at", "id"], condition=Q(status="waiting"), name="webhook_delivery_due"
            ),
            models.Index(fields=["endpoint", "id"], condition=Q(status="waiting"), name="webhook_delivery_in_order"),
            models.Index(fields=["endpoint", "-id"], name="webhook_delivery_log"),
            models.Index(fields=["status", "-id"], name="webhook_delivery_status"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} to endpoint {self.endpoint_id}"


class WebhookAttempt(models.Model):
    """One request and what came of it; the body sent is the message's."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="attempts")
    started_at = models.DateTimeField(_("started"))
    duration_ms = models.PositiveIntegerField(_("milliseconds"))
    url = models.CharField(_("URL"), max_length=500)
    # Without the signature.
    request_headers = models.JSONField(_("request headers"))
    response_status = models.PositiveSmallIntegerField(_("answer"), null=True)
    response_body = models.TextField(_("beginning of the answer"), blank=True)
    # Empty for an answer that counts as a success.
    error = models.CharField(_("error"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("webhook attempt")
        verbose_name_plural = _("webhook attempts")

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M:%S} {self.response_status or self.error}"

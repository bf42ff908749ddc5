"""The audit log: every event, searchable, exportable, and read-only for everybody."""

import csv
import io
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import orjson
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from forexpro.core.admin.actors import NamesActors
from forexpro.core.admin.audited import ReadOnlyModelAdmin
from forexpro.core.admin.filters import ExactFilter, MomentFilter
from forexpro.core.admin.pages import LongList
from forexpro.core.events.chain import GENESIS, NewEvent
from forexpro.core.events.differences import before_and_after
from forexpro.core.events.record import record
from forexpro.core.events.selectors import (
    event_types,
    events_of_person,
    in_chunks,
    latest_verification,
    search_events,
)
from forexpro.core.events.sentences import explanation_address, sentence_or_type
from forexpro.core.events.verify import stored_hash_is_right
from forexpro.core.http.origin import request_origin
from forexpro.core.http.streaming import streamed_download
from forexpro.core.models import Event, EventAnchor, EventVerification

EXPORTED = ("id", "occurred_at", "stream", "seq", "type", "actor", "ip", "request_id", "payload", "prev_hash", "hash")


class StreamFilter(ExactFilter):
    title, parameter_name, field = _("stream"), "stream", "stream"


class ActorFilter(ExactFilter):
    title, parameter_name, field = _("actor"), "actor", "actor"


class PersonFilter(ExactFilter):
    """What a person did and what was done to them, by their e-mail address or number."""

    title, parameter_name = _("person"), "person"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        value = (self.value() or "").strip()
        return events_of_person(queryset, value) if value else queryset


class RequestFilter(ExactFilter):
    title, parameter_name, field = _("request id"), "request_id", "request_id"


class ObjectFilter(ExactFilter):
    title, parameter_name = _("object"), "object"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        value = (self.value() or "").strip()
        return queryset.filter(payload__has_key="object", payload__object=value) if value else queryset


class AddressFilter(ExactFilter):
    title, parameter_name = _("IP address"), "ip"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        value = (self.value() or "").strip()
        if not value:
            return queryset
        try:
            return queryset.filter(ip=str(ip_address(value)))
        except ValueError:
            return queryset.none()


class TypeFilter(DropdownFilter):
    title, parameter_name = _("type"), "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(type, type) for type in event_types()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        value = self.value()
        return queryset.filter(type=value) if value else queryset


@admin.register(Event)
class EventAdmin(NamesActors, LongList, ReadOnlyModelAdmin):
    list_display = ("moment", "stream", "seq", "type", "who", "ip", "summary")
    list_display_links = ("moment", "type")
    list_filter = (
        PersonFilter,
        TypeFilter,
        StreamFilter,
        ObjectFilter,
        ActorFilter,
        AddressFilter,
        RequestFilter,
        ("occurred_at", MomentFilter),
    )
    list_filter_submit = True
    list_before_template = "back_office/audit_log_before_list.html"
    # Something always happens: whoever watches reads the newest page a few times a minute, and not with every event.
    live_streams = ("",)
    live_pause = 15
    # Counting or sorting millions of rows is what makes such a list slow: it does neither.
    ordering = ("-occurred_at", "-id")
    sortable_by = ()
    search_fields = ("stream",)
    search_help_text = _("An e-mail or IP address, account:17, user:5, an event type, or a request id")
    fields = (
        ("moment", "type"),
        ("stream", "seq"),
        ("who", "ip"),
        ("request_id", "why"),
        "changes",
        "content",
        "integrity",
        "hash",
        "prev_hash",
    )
    readonly_fields = ("moment", "who", "why", "changes", "content", "integrity")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Event], search_term: str
    ) -> tuple[QuerySet[Event], bool]:
        return (search_events(queryset, search_term) if search_term else queryset), False

    def get_urls(self) -> list[URLPattern]:
        export = path("export/", self.admin_site.admin_view(self.export_view), name="core_event_export")
        return [export, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        context = {"verification": latest_verification(), "anchor": EventAnchor.objects.order_by("-id").first()}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def export_view(self, request: HttpRequest) -> StreamingHttpResponse:
        """Answer the filtered events as CSV, however many they are; the export itself is an event."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        events = self.get_changelist_instance(request).get_queryset(request)
        with transaction.atomic(durable=True):
            exported = NewEvent(f"staff:{request.user.pk}", "staff.audit_log_exported", {"filters": request.GET.dict()})
            record([exported], origin=request_origin(request))
        filename = f"audit-log-{timezone.now():%Y%m%d-%H%M%S}.csv"
        return streamed_download(
            request, _csv_pieces(events), content_type="text/csv; charset=utf-8", filename=filename
        )

    @display(description=_("time"))
    def moment(self, event: Event) -> str:
        """To the millisecond, in the reader's zone: the order of two events is often the question."""
        return timezone.localtime(event.occurred_at).replace(tzinfo=None).isoformat(" ", "milliseconds")

    @display(description=_("what happened"))
    def summary(self, event: Event) -> str:
        return sentence_or_type(event)

    @display(description=_("why"))
    def why(self, event: Event) -> str | SafeString:
        address = explanation_address(event.stream, event.seq, event.type)
        return "–" if address is None else format_html('<a href="{}">{}</a>', address, _("Why?"))

    @display(description=_("before and after"))
    def changes(self, event: Event) -> str | SafeString:
        differences = before_and_after(event.payload)
        if not differences:
            return "–"
        several = len({difference.of for difference in differences}) > 1
        context = {"differences": differences, "several": several}
        return render_to_string("back_office/before_and_after.html", context)

    @display(description=_("payload"))
    def content(self, event: Event) -> SafeString:
        return format_html(
            "<pre class='payload'>{}</pre>", orjson.dumps(event.payload, option=orjson.OPT_INDENT_2).decode()
        )

    @display(description=_("integrity"))
    def integrity(self, event: Event) -> str:
        if not stored_hash_is_right(event):
            return str(_("Altered: the content does not match its hash."))
        before = Event.objects.filter(stream=event.stream, seq=event.seq - 1).values_list("hash", flat=True).first()
        if event.prev_hash != (GENESIS if event.seq == 1 else before):
            return str(_("Broken: it does not continue the event before it."))
        return str(_("The content matches its hash and continues the event before it."))


@admin.register(EventVerification)
class EventVerificationAdmin(ReadOnlyModelAdmin):
    list_display = ("finished_at", "events", "streams", "anchors", "faulty_streams")
    ordering = ("-id",)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("core.view_event")


@admin.register(EventAnchor)
class EventAnchorAdmin(ReadOnlyModelAdmin):
    list_display = ("taken_at", "streams", "hash")
    ordering = ("-id",)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("core.view_event")


def _csv_pieces(events: QuerySet[Event]) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(EXPORTED)
    for chunk in in_chunks(events):
        for event in chunk:
            payload = orjson.dumps(event.payload, option=orjson.OPT_SORT_KEYS).decode()
            row = [getattr(event, name) for name in EXPORTED]
            row[EXPORTED.index("occurred_at")] = event.occurred_at.isoformat()
            row[EXPORTED.index("payload")] = payload
            writer.writerow(row)
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue().encode()

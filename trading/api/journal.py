"""What has happened on an account, in sentences."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from forexpro.core.events.sentences import sentence
from forexpro.core.http.fields import ID_MAX
from forexpro.core.http.schema import worked
from trading.api.views import AccountView
from trading.selectors import newest_events
from trading.selectors.explanations import UNEXPLAINED
from trading.selectors.journal import NEWEST

PAGE = 50
PAGE_MAX = 500


class JournalAsked(serializers.Serializer[Any]):
    before = serializers.IntegerField(
        min_value=1, max_value=ID_MAX, required=False, help_text="Only events below this number."
    )
    limit = serializers.IntegerField(min_value=1, max_value=PAGE_MAX, default=PAGE)


class JournalEntryOutput(serializers.Serializer[Any]):
    seq = serializers.IntegerField()
    type = serializers.CharField()
    sentence = serializers.CharField(help_text="For people, in their language.")
    explained = serializers.BooleanField(help_text="Whether `…/events/{seq}/explanation` tells why.")
    occurred_at = serializers.DateTimeField()


class JournalOutput(serializers.Serializer[Any]):
    entries = JournalEntryOutput(many=True)
    before = serializers.IntegerField(allow_null=True, help_text="Of the next page; null where there is none.")


class JournalView(AccountView):
    @extend_schema(
        operation_id="journal_list",
        summary="Everything that has happened, in sentences, newest first",
        parameters=[JournalAsked],
        responses=JournalOutput,
        examples=[
            worked(
                "A page",
                {
                    "entries": [
                        {
                            "seq": 4,
                            "type": "order.filled",
                            "sentence": "Buy 0.10 EURUSD filled at 1.08015.",
                            "explained": True,
                            "occurred_at": "2026-03-02T09:30:00.123456Z",
                        }
                    ],
                    "before": 4,
                },
            )
        ],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        asked = self.asked(JournalAsked)
        events = newest_events(self.account.id, before_seq=asked.get("before", NEWEST), limit=asked["limit"])
        entries = [
            {
                "seq": event.seq,
                "type": event.type,
                "sentence": sentence(event),
                "explained": event.type not in UNEXPLAINED,
                "occurred_at": event.occurred_at,
            }
            for event in events
        ]
        before = events[-1].seq if events and events[-1].seq > 1 else None
        return Response({"entries": entries, "before": before})

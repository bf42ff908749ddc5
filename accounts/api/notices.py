"""What whoever calls was told."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.persons import PersonView
from accounts.models import Notice, Scope
from accounts.selectors import notices_of_user, unread_notices
from accounts.services.notices import notices_mark_read
from forexpro.core.http.fields import FlagInput, IdOutput
from forexpro.core.http.pagination import NewestFirst
from forexpro.core.http.schema import error_example, worked
from forexpro.core.refusals import Refused


class NoticesAsked(serializers.Serializer[Any]):
    unread = FlagInput(default=False, help_text="Only what was not read yet.")


class NoticeOutput(serializers.ModelSerializer[Notice]):
    id = IdOutput()

    class Meta:
        model = Notice
        fields = ["id", "kind", "headline", "detail", "link", "created_at", "read_at"]
        extra_kwargs: dict[str, Any] = {"link": {"help_text": "A page of this site; empty for none."}}


class ReadOutput(serializers.Serializer[Any]):
    marked = serializers.IntegerField(help_text="How many were unread.")


_NOTICE = worked(
    "A deposit has arrived",
    {
        "id": "31",
        "kind": "funding",
        "headline": "Your deposit of 275.00 USD is credited.",
        "detail": "",
        "link": "/funding/deposits/7",
        "created_at": "2026-03-02T09:30:00.123456Z",
        "read_at": None,
    },
)
_MARKED = worked("Marked", {"marked": 1})


@extend_schema_view(
    get=extend_schema(
        operation_id="notices_list", summary="What you were told", parameters=[NoticesAsked], examples=[_NOTICE]
    )
)
class NoticeListView(PersonView, ListAPIView[Notice]):
    serializer_class = NoticeOutput
    pagination_class = NewestFirst

    def get_queryset(self) -> Any:
        asked = NoticesAsked(data=self.request.query_params.dict())
        asked.is_valid(raise_exception=True)
        return (unread_notices if asked.validated_data["unread"] else notices_of_user)(self.person)


class NoticesReadView(PersonView):
    changing_scope = Scope.READ

    @extend_schema(
        operation_id="notices_read_all",
        summary="Mark everything that you were told as read",
        request=None,
        responses=ReadOutput,
        examples=[_MARKED],
    )
    def post(self, request: Request) -> Response:
        return Response({"marked": notices_mark_read(user=self.person)})


class NoticeReadView(PersonView):
    changing_scope = Scope.READ

    @extend_schema(
        operation_id="notices_read",
        summary="Mark a notice as read",
        request=None,
        responses=ReadOutput,
        examples=[_MARKED, error_example("No such notice", 404, "notice_not_found", "You have no such notice.")],
    )
    def post(self, request: Request, notice_id: int) -> Response:
        if not notices_of_user(self.person).filter(pk=notice_id).exists():
            raise Refused("notice_not_found", _("You have no such notice."), http_status=404)
        return Response({"marked": notices_mark_read(user=self.person, notice_id=notice_id)})

"""Pages of lists, linked by opaque cursors."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

from forexpro.core.refusals import Refused


class NewestFirst(CursorPagination):
    """Pages of a list, newest first. A limit or a cursor that makes no sense is refused, not overlooked."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 500

    def get_page_size(self, request: Request) -> int:
        asked: str | None = request.query_params.get(self.page_size_query_param)
        if asked is None:
            return self.page_size
        if not (asked.isdecimal() and len(asked) <= 4 and 1 <= int(asked) <= self.max_page_size):
            raise ValidationError({self.page_size_query_param: [f"A number from 1 to {self.max_page_size}."]})
        return int(asked)

    def decode_cursor(self, request: Request) -> Any:
        if request.query_params.get(self.cursor_query_param) == "":
            raise ValidationError({self.cursor_query_param: [_("Leave it out for the first page.")]})
        try:
            cursor = super().decode_cursor(request)
        except NotFound:
            raise _not_a_cursor() from None
        if cursor is not None and cursor.position is not None and not str(cursor.position).isdecimal():
            raise _not_a_cursor()
        return cursor

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"] |= {"minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
            else:
                parameter["schema"] |= {"minLength": 1}
                parameter["description"] = "Of the `next` or `previous` link of another page."
        return parameters


def _not_a_cursor() -> Refused:
    return Refused("cursor_invalid", _("Take the cursor from the `next` or `previous` link of another page."))

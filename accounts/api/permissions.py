from typing import Any

from django.utils.translation import gettext as _
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.api.authentication import credential
from accounts.models import Scope
from forexpro.core.refusals import Refused


class HasScope(BasePermission):
    """What an API key was made for: reading for safe methods, trading for others, unless the view names another scope.

    Refuses `scope_missing`. Sessions and tokens have every scope.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        scope = getattr(view, "required_scope", None) or (Scope.READ if request.method in SAFE_METHODS else Scope.TRADE)
        shown = credential(request)
        if shown is not None and not shown.allows(scope):
            raise Refused(
                "scope_missing",
                _("This API key does not allow that. Create one with the scope %(scope)s.") % {"scope": scope.value},
                {"scope": scope.value},
                http_status=403,
            )
        return True

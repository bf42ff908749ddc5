from typing import Any

from django.utils.translation import gettext as _
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.api.authentication import credential
from accounts.models import Scope
from forexpro.core.refusals import Refused


class HasScope(BasePermission):
    """What an API key was made for: reading for safe methods, trading for others, unless the view says otherwise.

    A view's `required_scope` is that of all its methods, its `changing_scope` that of those which change something;
    where the latter is None no key will do. Refuses `scope_missing` and `api_key_not_enough`. Sessions and tokens have
    every scope.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        shown = credential(request)
        if shown is None:
            return True
        scope = getattr(view, "required_scope", None)
        if scope is None:
            is_safe = request.method in SAFE_METHODS
            scope = Scope.READ if is_safe else getattr(view, "changing_scope", Scope.TRADE)
        if scope is None and shown.is_key:
            message = _("No API key does this. Sign in, or use an access token.")
            raise Refused("api_key_not_enough", message, http_status=403)
        if scope is not None and not shown.allows(scope):
            raise Refused(
                "scope_missing",
                _("This API key does not allow that. Create one with the scope %(scope)s.") % {"scope": scope.value},
                {"scope": scope.value},
                http_status=403,
            )
        return True

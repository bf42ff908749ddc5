"""The back office's site: Django's admin in the product's look, behind the product's own sign-in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, resolve_url
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from accounts.selectors import lacks_required_second_factor
from accounts.services.sign_in import user_sign_out
from forexpro.back_office.figures import home_figures
from forexpro.back_office.saved_filter_views import saved_filter_add, saved_filter_remove
from forexpro.back_office.status import platform_parts
from forexpro.core.http.appearance import appearance_of
from forexpro.core.http.sessions import unattended
from forexpro.home import needs_attention

# What open pages send when they ask by themselves.
LIVE_HEADER = "X-Live"
# Alpine, which unfold is built on, evaluates expressions of the page; unfold writes its colours into a style element.
# No script may stand in the page itself, here either.
POLICY = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}


class BackOffice(UnfoldAdminSite):
    site_title = site_header = "ForexPro"
    index_title = _("What needs doing")
    empty_value_display = "–"
    index_template = "back_office/index.html"

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        @wraps(view)
        def seen(request: HttpRequest, *arguments: Any, **options: Any) -> Any:
            if LIVE_HEADER in request.headers:
                unattended(request)
            if "%00" in request.META["QUERY_STRING"]:
                # Filters of lists hand it on to the database, which cannot hold it.
                raise BadRequest
            return view(request, *arguments, **options)

        return csp_replace(POLICY)(super().admin_view(seen, cacheable))

    def extra_urls(self) -> list[URLPattern]:
        return [
            path("status/", self.admin_view(self.status), name="status"),
            path("saved-filters/", self.admin_view(saved_filter_add), name="saved_filter_add"),
            path(
                "saved-filters/<int:filter_id>/remove/",
                self.admin_view(saved_filter_remove),
                name="saved_filter_remove",
            ),
        ]

    def extra_context(self, context: dict[str, Any], request: HttpRequest) -> dict[str, Any]:
        """Show the theme that the reader has chosen for the whole product; unfold finds out what the system has."""
        theme = appearance_of(request).theme
        return {**context, "theme": None if theme == "system" else theme}

    def has_permission(self, request: Any) -> bool:
        if not super().has_permission(request):
            return False
        if not hasattr(request, "lacks_second_factor"):  # a page asks several times
            request.lacks_second_factor = lacks_required_second_factor(request.user)
        return not request.lacks_second_factor

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send visitors to the one sign-in page and staff without a second factor to its set-up.

        Whoever else is signed in and gets here is not staff.
        """
        if request.user.is_authenticated:
            if self.has_permission(request):
                return redirect("admin:index")
            if super().has_permission(request):
                messages.info(request, _("The back office takes two-step sign-in. Set it up first."))
                return redirect("accounts:totp_set_up")
            raise PermissionDenied
        target = request.GET.get("next") or resolve_url("admin:index")
        return redirect_to_login(target, settings.LOGIN_URL)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        user_sign_out(request=request)
        return redirect(settings.LOGOUT_REDIRECT_URL)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect("accounts:password_change")

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        context = {
            "attention": needs_attention(request.user),
            "figures": home_figures(request.user, kind=request.GET.get("kind", "")),
            "kinds": {"live": _("Live"), "demo": _("Demo"), "all": _("All")},
            **(extra_context or {}),
        }
        return super().index(request, context)

    def status(self, request: HttpRequest) -> TemplateResponse:
        """Show every process and service with its sign of life; the page asks again every few seconds."""
        context = {**self.each_context(request), "title": _("State of the platform"), "parts": platform_parts()}
        return TemplateResponse(request, "back_office/status.html", context)

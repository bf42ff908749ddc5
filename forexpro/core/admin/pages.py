"""What every list and every object's page of the back office has: filters by name, sections of other apps, news."""

from collections.abc import Callable
from functools import wraps
from types import MethodType
from typing import Any
from urllib.parse import parse_qsl

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from unfold.admin import ModelAdmin
from unfold.paginator import InfinitePaginator

from forexpro.core.admin.events_panel import events_panel
from forexpro.core.admin.extensions import (
    Panel,
    buttons_of,
    list_filters_of,
    panels_of,
    ready_filters_of,
    searched,
    streams_of,
)
from forexpro.core.events.news import newest_place, news_since
from forexpro.core.events.selectors import newest_about, newest_of_streams
from forexpro.core.list_filters import chosen_filters

# How long an open page waits, in seconds, before it asks again whether there is news.
LIVE_PAUSE = 4


class LongList:
    """How a list of many rows is shown: over the whole width, fifty at a time, and nothing of it is counted."""

    list_fullwidth = True
    list_per_page = 50
    paginator = InfinitePaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER


class BackOfficeModelAdmin(ModelAdmin):
    """A `ModelAdmin` whose history is the audit log instead of Django's own log, which can be rewritten.

    `live_streams` are the beginnings of the names of the event streams that change its list: a list that is open
    follows them, and asks every `live_pause` seconds. An object's page follows the streams that `streams` returns.
    """

    list_before_template = "back_office/list_head.html"
    change_form_outer_after_template = "back_office/panels.html"
    live_streams: tuple[str, ...] = ()
    live_pause = LIVE_PAUSE
    # Whether the page of an object without streams shows what the audit log has about it.
    has_history = False

    def audit_filter(self, object_id: str) -> dict[str, str]:
        """Return the filter of the audit log that shows one object's history."""
        return {"object": f"{self.opts.label_lower}:{object_id}"}

    def streams(self, instance: Model) -> list[str]:
        """Return the names of the event streams that change an object's page."""
        return []

    # --- Lists ---------------------------------------------------------------------------------
    def get_list_filter(self, request: HttpRequest) -> tuple[Any, ...]:
        return (*super().get_list_filter(request), *list_filters_of(self.opts.label_lower))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found = searched(self.opts.label_lower, queryset, search_term.strip()) if search_term else None
        return super().get_search_results(request, queryset, search_term) if found is None else (found, False)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        chosen = chosen_filters(request.GET.items())
        ready = [
            {"title": offered.title, "query": offered.query, "active": set(parse_qsl(offered.query)) == chosen}
            for offered in ready_filters_of(self.opts.label_lower, request.user)
        ]
        context = {"ready_filters": ready, **self._live_list()}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    # --- Buttons of other apps -----------------------------------------------------------------
    def _take_buttons(self) -> None:
        """Make the buttons that other apps have added buttons of this admin: all apps are ready by now."""
        added = buttons_of(self.opts.label_lower)
        for name, (button, _offered) in added.items():
            setattr(self, name, MethodType(button, self))
        own: tuple[Any, ...] = tuple(getattr(self, "actions_detail", ()))
        self.actions_detail = (*own, *(name for name in added if name not in own))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Offer what other apps have added for those objects that it is for."""
        entries: list[Any] = super().get_actions_detail(request, object_id)
        added = buttons_of(self.opts.label_lower)
        if not added:
            return entries
        instance = self.get_object(request, unquote(str(object_id)))
        return [entry for entry in entries if entry.path not in added or added[entry.path][1](instance)]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *arguments: Any, **options: Any) -> Any:
        # Nobody adds one after the other here, and a third button hides the one that saves.
        context["show_save_and_add_another"] = False
        return super().render_change_form(request, context, *arguments, **options)

    # --- An object's page ----------------------------------------------------------------------
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        context: dict[str, Any] = {}
        instance = self.get_object(request, unquote(object_id)) if request.method == "GET" else None
        if instance is not None and self.has_view_permission(request, instance):
            panels = panels_of(self.opts.label_lower, request, instance)
            streams = self._streams(instance)
            if request.user.has_perm("core.view_event"):
                panels += self._history(instance, streams)
            context["panels"] = panels
            if streams:
                context |= _live(self._view_address("object_news", object_id))
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if self.get_object(request, unquote(object_id)) is None:
            raise Http404(f"There is no {self.opts.verbose_name} {object_id}.")
        query = urlencode(self.audit_filter(object_id))
        return HttpResponseRedirect(f"{reverse('admin:core_event_changelist')}?{query}")

    # --- News ----------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        self._take_buttons()
        view = self.admin_site.admin_view
        urls: list[URLPattern] = [
            path("news/", view(self.news_view), name=self._name("news")),
            path("<path:object_id>/news/", view(self.object_news_view), name=self._name("object_news")),
            *super().get_urls(),
        ]
        for url in urls:
            if "object_id" in str(url.pattern):
                url.callback = _found(url.callback)
        return urls

    def news_view(self, request: HttpRequest) -> JsonResponse:
        """Answer whether the list may have changed since a place in the event log."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return _news(request, beginnings=self.live_streams)

    def object_news_view(self, request: HttpRequest, object_id: str) -> JsonResponse:
        """Answer whether an object's page may have changed since a place in the event log."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        instance = self.get_object(request, unquote(object_id))
        if instance is None:
            raise Http404(f"There is no {self.opts.verbose_name} {object_id}.")
        return _news(request, streams=self._streams(instance))

    def _history(self, instance: Model, streams: list[str]) -> list[Panel]:
        if not streams and not self.has_history:
            return []
        events = newest_of_streams(streams) if streams else newest_about(f"{self.opts.label_lower}:{instance.pk}")
        return [events_panel(events, self.audit_filter(str(instance.pk)))]

    def _streams(self, instance: Model) -> list[str]:
        return [*self.streams(instance), *streams_of(self.opts.label_lower, instance)]

    def _live_list(self) -> dict[str, Any]:
        return _live(self._view_address("news"), self.live_pause) if self.live_streams else {}

    def _name(self, view: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{view}"

    def _view_address(self, view: str, *arguments: Any) -> str:
        return reverse(f"admin:{self._name(view)}", args=arguments)

    # --- Django's own log ----------------------------------------------------------------------
    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> None:
        pass

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> None:
        pass

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        pass


def _found(view: Callable[..., Any]) -> Callable[..., Any]:
    """Return a view of one object that answers 404 where a service or a button finds that there is no such object."""

    @wraps(view)
    def found(*arguments: Any, **options: Any) -> Any:
        try:
            return view(*arguments, **options)
        except ObjectDoesNotExist as error:
            raise Http404(str(error)) from error

    return found


def _live(address: str, pause: int = LIVE_PAUSE) -> dict[str, Any]:
    return {"live_address": address, "live_since": newest_place(), "live_pause": pause}


def _news(request: HttpRequest, **of: Any) -> JsonResponse:
    since = request.GET.get("since", "")
    news = news_since(int(since), **of) if since.isascii() and since.isdigit() else None
    if news is None:
        return JsonResponse({"since": str(newest_place()), "changed": True})
    return JsonResponse({"since": str(news.place), "changed": news.changed})

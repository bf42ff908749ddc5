"""The conditions that groups traded under, each from its moment on: what changed, and who changed it. Read only."""

from dataclasses import replace
from itertools import zip_longest
from typing import Any

from django.contrib import admin
from django.db.models import Func, IntegerField, QuerySet
from django.db.models.fields.json import KeyTransform
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from forexpro.core.admin.audited import ReadOnlyModelAdmin
from forexpro.core.admin.events_panel import events_panel
from forexpro.core.admin.extensions import Panel, add_panel
from forexpro.core.admin.filters import MomentFilter
from forexpro.core.admin.pages import LongList
from trading.models import AccountGroup, ConditionsVersion
from trading.selectors.conditions_history import changes_between, edits_behind, previous_version

VERSIONS_SHOWN = 10


@admin.register(ConditionsVersion)
class ConditionsAdmin(LongList, ReadOnlyModelAdmin):
    list_display = ("effective_from", "group", "instruments")
    list_filter = ("group", ("effective_from", MomentFilter))
    list_filter_submit = True
    list_select_related = ("group",)
    list_fullwidth = False
    ordering = ("-effective_from", "-id")
    sortable_by = ()
    live_streams = ("staff:",)
    fields = (("group", "effective_from"), "in_force", "changes", "policy", "specifications")
    readonly_fields = ("in_force", "changes", "policy", "specifications")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ConditionsVersion]:
        rows: QuerySet[ConditionsVersion] = super().get_queryset(request)
        # The specifications of all symbols are long, and a list shows none of them.
        return rows.defer("document").annotate(
            count=Func(
                KeyTransform("instruments", "document"), function="jsonb_array_length", output_field=IntegerField()
            )
        )

    @display(description=_("symbols"))
    def instruments(self, version: Any) -> int:
        return int(version.count)

    @display(description=_("in force"))
    def in_force(self, version: ConditionsVersion) -> str:
        later = ConditionsVersion.objects.filter(group=version.group, effective_from__gt=version.effective_from)
        next_version = later.order_by("effective_from").first()
        if next_version is None:
            return gettext("until now, or until nobody has traded since")
        return gettext("until %(moment)s") % {"moment": f"{next_version.effective_from:%Y-%m-%d %H:%M:%S} UTC"}

    @display(description=_("changed"))
    def changes(self, version: ConditionsVersion) -> str | SafeString:
        before = previous_version(version)
        if before is None:
            return gettext("These are the first conditions of the group that were traded under.")
        changes = [
            change if change.of else replace(change, name=_rule(change.name))
            for change in changes_between(before, version)
        ]
        return render_to_string("back_office/conditions_changes.html", {"changes": changes, "before": before})

    @display(description=_("the group's conditions"))
    def policy(self, version: ConditionsVersion) -> SafeString:
        policy = {_rule(name): value for name, value in version.document["policy"].items()}
        return render_to_string("back_office/conditions_policy.html", {"policy": policy})

    @display(description=_("specifications"))
    def specifications(self, version: ConditionsVersion) -> SafeString:
        return render_to_string(
            "back_office/conditions_instruments.html", {"instruments": version.document["instruments"]}
        )


def _rule(name: str) -> str:
    """Return what the page of groups calls a rule; what a group has no field for is called as the engine calls it."""
    fields = {field.name: str(getattr(field, "verbose_name", "")) for field in AccountGroup._meta.get_fields()}
    return fields.get(name) or name.replace("_", " ")


def edits_panel(request: HttpRequest, version: ConditionsVersion) -> Panel:
    """Show what staff changed of the group and of symbols before this version came into force."""
    edits = edits_behind(previous_version(version), version)
    return events_panel(edits, {"type": "staff.object_changed"}, title=_("Changed by"))


def versions_panel(request: HttpRequest, group: AccountGroup) -> Panel:
    """Show since when the conditions of a group are what they are, and what they were before."""
    kept = list(ConditionsVersion.objects.filter(group=group).order_by("-effective_from")[: VERSIONS_SHOWN + 1])
    rows = []
    for version, before in zip_longest(kept, kept[1:]):
        count = len(changes_between(before, version))
        changed = ngettext("%(count)s value changed", "%(count)s values changed", count) % {"count": count}
        rows.append({"version": version, "changed": changed if before is not None else gettext("the first kept")})
    return Panel(
        title=_("Conditions by their dates"),
        template="back_office/panels/versions.html",
        context={"rows": rows[:VERSIONS_SHOWN]},
        link=f"{reverse('admin:trading_conditionsversion_changelist')}?group__id__exact={group.pk}",
        is_empty=not rows,
    )


add_panel("trading.conditionsversion", edits_panel, permission="core.view_event", place=10)
add_panel("trading.accountgroup", versions_panel, permission="trading.view_conditionsversion", place=10)

"""Changes of groups and symbols that take effect at a moment to come."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from accounts.roles import Role
from forexpro.core.events.sentences import sentence
from forexpro.core.models import Event, PlannedChange
from forexpro.core.planned_changes import planned_changes_carry_out
from marketdata.models import Symbol
from trading.models import AccountGroup, GroupInstrument
from trading.selectors.market import account_market
from trading.tests.factories import make_user

SUNDAY = datetime(2099, 3, 1, 22, 0, tzinfo=UTC)
# Whether they see groups, and with them what is planned about them.
DESKS = {
    Role.READ_ONLY: True,
    Role.SUPPORT: False,
    Role.COMPLIANCE: True,
    Role.DEALER: True,
    Role.FINANCE: False,
    Role.BACK_OFFICE: True,
    Role.ADMIN: True,
}
WHEN = {"takes_effect_at_0": "2099-03-01", "takes_effect_at_1": "22:00"}


def signed_in(role):
    user = make_user(f"{role.name.lower()}@example.com", is_staff=True)
    user.groups.add(Group.objects.get(name=role.value))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def admin(account):
    return signed_in(Role.ADMIN)


def address(instance):
    return f"/admin/{instance._meta.app_label}/{instance._meta.model_name}/{instance.pk}/change/"


def typed(client, instance):
    """Return what the form of an object's page sends when nothing is changed in it."""
    context = client.get(address(instance)).context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.initial_forms]
    fields = {}
    for form in forms:
        for bound in form:
            if bound.name == "takes_effect_at":
                continue
            value = bound.value()
            if isinstance(value, list | dict):
                value = json.dumps(value)
            if value is not None and value is not False:
                fields[bound.html_name] = str(value)
    return fields


def test_a_group_changes_at_the_moment_and_not_before(admin, account):
    group = account.group
    response = admin.post(address(group), typed(admin, group) | {"stop_out_level": "30", **WHEN})
    assert response.status_code == 302, response.context["adminform"].form.errors
    group.refresh_from_db()
    assert group.stop_out_level == 50
    planned = PlannedChange.objects.get()
    assert (planned.object, planned.effective_at) == (f"trading.accountgroup:{group.pk}", SUNDAY)
    assert list(planned.changes) == ["stop_out_level"]

    assert planned_changes_carry_out(now=SUNDAY - timedelta(seconds=1)) == 0
    assert planned_changes_carry_out(now=SUNDAY) == 1
    assert planned_changes_carry_out(now=SUNDAY) == 0
    group.refresh_from_db()
    planned.refresh_from_db()
    assert (group.stop_out_level, planned.status) == (30, "applied")
    changed = Event.objects.get(type="staff.object_changed")
    assert changed.payload["changes"]["stop_out_level"] == {"before": "50.00", "after": "30"}
    plan = Event.objects.get(type="staff.change_planned")
    assert sentence(plan).endswith(f"is to change at {SUNDAY:%Y-%m-%d %H:%M} UTC: stop_out_level.")
    assert [bool(sentence(event)) for event in Event.objects.filter(stream__startswith="staff:")] == [True, True]


def test_the_list_and_the_page_of_plans_say_whose_they_are(admin, account):
    admin.post(address(account.group), typed(admin, account.group) | {"stop_out_level": "30", **WHEN})
    planned = PlannedChange.objects.get()
    for page in ("/admin/core/plannedchange/", address(planned)):
        assert f"Test Trader ({planned.planned_by})" in admin.get(page).content.decode()


def test_a_symbol_keeps_what_is_not_planned(admin, account):
    symbol = Symbol.objects.get(code="EURUSD")
    admin.post(address(symbol), typed(admin, symbol) | {"leverage_cap": "20", "swap_long": "-3.25", **WHEN})
    assert set(PlannedChange.objects.get().changes) == {"leverage_cap", "swap_long"}
    Symbol.objects.filter(code="EURUSD").update(swap_short="1.5")
    planned_changes_carry_out(now=SUNDAY)
    symbol.refresh_from_db()
    assert (symbol.leverage_cap, symbol.swap_long, symbol.swap_short) == (20, Decimal("-3.25"), Decimal("1.5"))
    assert account_market(account).instrument("EURUSD").leverage_cap == 20


def test_rules_of_a_group_change_later_but_neither_come_nor_go(admin, account):
    rule = GroupInstrument.objects.create(group=account.group, symbol_id="EURUSD", leverage_cap=100)
    fields = typed(admin, account.group)
    (prefix,) = {name.partition("-0-")[0] for name in fields if "-0-" in name}
    admin.post(address(account.group), fields | {f"{prefix}-0-leverage_cap": "50", **WHEN})
    assert PlannedChange.objects.get().object == f"trading.groupinstrument:{rule.pk}"
    refused = admin.post(address(account.group), fields | {f"{prefix}-0-DELETE": "on", **WHEN})
    assert "Rows are added and removed at once only" in refused.content.decode()
    planned_changes_carry_out(now=SUNDAY)
    rule.refresh_from_db()
    assert rule.leverage_cap == 50


def test_a_moment_that_has_passed_is_refused_beside_the_field(admin, account):
    past = {"takes_effect_at_0": "2020-03-01", "takes_effect_at_1": "22:00"}
    response = admin.post(address(account.group), typed(admin, account.group) | {"stop_out_level": "30", **past})
    assert response.context["adminform"].form.errors["takes_effect_at"]
    assert not PlannedChange.objects.exists()


def test_what_is_no_longer_valid_fails_with_the_reason_and_changes_nothing(admin, account):
    admin.post(address(account.group), typed(admin, account.group) | {"stop_out_level": "90", **WHEN})
    AccountGroup.objects.filter(pk=account.group_id).update(margin_call_level=80)
    assert planned_changes_carry_out(now=SUNDAY) == 1
    planned = PlannedChange.objects.get()
    assert planned.status == "failed"
    assert planned.failure
    assert AccountGroup.objects.get(pk=account.group_id).stop_out_level == 50
    assert sentence(Event.objects.get(type="staff.planned_change_failed"))


def test_an_object_that_is_gone_fails_too(admin, account):
    group = AccountGroup.objects.create(name="Short-lived")
    admin.post(address(group), typed(admin, group) | {"stop_out_level": "30", **WHEN})
    group.delete()
    planned_changes_carry_out(now=SUNDAY)
    assert PlannedChange.objects.get().failure == "It is no longer there."


@pytest.mark.parametrize("role", list(DESKS))
def test_only_who_changes_groups_withdraws_a_plan(admin, account, role):
    admin.post(address(account.group), typed(admin, account.group) | {"stop_out_level": "30", **WHEN})
    planned = PlannedChange.objects.get()
    client = admin if role is Role.ADMIN else signed_in(role)
    page = client.get(f"/admin/core/plannedchange/{planned.pk}/change/")
    assert page.status_code == (200 if DESKS[role] else 403)
    client.post(f"/admin/core/plannedchange/{planned.pk}/withdraw/", {"_form_submitted": "True"})
    planned.refresh_from_db()
    assert planned.status == ("withdrawn" if role is Role.ADMIN else "planned")
    assert planned_changes_carry_out(now=SUNDAY) == (0 if role is Role.ADMIN else 1)
    client.post(f"/admin/core/plannedchange/{planned.pk}/withdraw/", {"_form_submitted": "True"})
    planned.refresh_from_db()
    assert planned.status == ("withdrawn" if role is Role.ADMIN else "applied")


def test_who_may_only_look_plans_nothing(account):
    client = signed_in(Role.BACK_OFFICE)
    assert client.post(address(account.group), {"stop_out_level": "30", **WHEN}).status_code == 403
    assert not PlannedChange.objects.exists()

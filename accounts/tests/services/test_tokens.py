"""Pairs of tokens: refreshed once each, ended together, and who wins a race for one."""

import threading
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from django.core import mail
from django.utils import timezone
from rest_framework_simplejwt.tokens import RefreshToken

from accounts.credentials import token_credential
from accounts.links import email_change_link
from accounts.models import EmailChange, RefreshFamily, User
from accounts.roles import Role
from accounts.services import tokens
from accounts.services.email_change import email_change_confirm, email_change_request
from accounts.services.force_logout import sessions_end
from accounts.services.passwords import password_change
from accounts.services.second_factor import totp_disable, totp_enable, totp_prepare
from accounts.services.sign_in import user_sign_in
from accounts.services.staff import totp_reset, user_activate, user_suspend
from accounts.services.tokens import families_forget, family_end, tokens_issue, tokens_refresh, tokens_revoke
from accounts.tests.conftest import ORIGIN, App, Clock, visit_from
from forexpro.core.models import Event
from forexpro.core.realtime.sessions import SessionViewer
from forexpro.core.refusals import Refused
from forexpro.core.tests.at_once import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(person):
    return person("ada@example.org")


def issue(user, **program):
    return tokens_issue(user=user, origin=replace(ORIGIN, **({"user_agent": "bot/1"} | program)))


def refresh(pair):
    return tokens_refresh(refresh_token=pair.refresh, origin=ORIGIN)


def refused(action, *arguments):
    with pytest.raises(Refused) as refusal:
        action(*arguments)
    assert refusal.value.http_status == 401
    return refusal.value.code


def is_dead(pair):
    """Return whether neither token of a pair is good for anything."""
    return refused(token_credential, pair.access) == refused(refresh, pair) == "token_invalid"


def test_a_pair_signs_its_owner_in_and_is_an_event(ada, events):
    pair = issue(ada)
    assert token_credential(pair.access).user == ada
    family = RefreshFamily.objects.get()
    assert (family.user, family.user_agent, family.ip) == (ada, "bot/1", ORIGIN.ip)
    assert events(ada.stream)[-1] == ("user.tokens_issued", {"family": str(family.pk), "user_agent": "bot/1"})


def test_a_program_not_seen_before_is_told_to_its_owner_once(ada, committing):
    told = []
    for program in ({}, {}, {"ip": "203.0.113.77"}, {"user_agent": "bot/2"}, {"user_agent": "bot/2"}):
        with committing():
            issue(ada, **program)
        told.append(len(mail.outbox))
    assert told == [1, 1, 2, 3, 3]
    assert mail.outbox[1].to == [ada.email]
    assert "203.0.113.77" in mail.outbox[1].body


def test_no_token_is_stored(ada):
    pair = issue(ada)
    stored = str(list(RefreshFamily.objects.values()) + list(Event.objects.values_list("payload", flat=True)))
    secrets = [pair.access, pair.refresh, RefreshToken(pair.refresh)["jti"], pair.refresh.rpartition(".")[2]]
    assert not [secret for secret in secrets if secret in stored]


def test_every_refresh_answers_the_next_pair(ada):
    pairs = [issue(ada)]
    for _ in range(4):
        pairs.append(refresh(pairs[-1]))
    assert len({pair.refresh for pair in pairs} | {pair.access for pair in pairs}) == 10
    assert {token_credential(pair.access).user for pair in pairs} == {ada}
    assert RefreshFamily.objects.count() == 1


@pytest.mark.parametrize("generations", [1, 3])
def test_a_token_used_twice_ends_its_family_and_no_other(ada, events, generations):
    other = issue(ada)
    first = newest = issue(ada)
    for _ in range(generations):
        newest = refresh(newest)
    assert refused(refresh, first) == "refresh_token_reused"
    assert is_dead(newest)
    assert is_dead(first)
    family = RefreshFamily.objects.get(end_reason="reused")
    assert events(ada.stream)[-1] == ("user.tokens_ended", {"family": str(family.pk), "reason": "reused"})
    recorded = len(events(ada.stream))
    refused(refresh, first)
    assert len(events(ada.stream)) == recorded
    assert token_credential(refresh(other).access).user == ada


def test_a_revoked_token_ends_its_family_once(ada, events):
    pair = issue(ada)
    for _ in range(2):
        tokens_revoke(refresh_token=pair.refresh, origin=ORIGIN)
    assert is_dead(pair)
    assert [type for type, _payload in events(ada.stream)].count("user.tokens_ended") == 1
    assert Event.objects.latest("id").actor == f"user:{ada.pk}"


def test_what_is_no_refresh_token_revokes_nothing(ada, events):
    pair = issue(ada)
    recorded = len(events(ada.stream))
    for text in (pair.access, "nonsense", ""):
        tokens_revoke(refresh_token=text, origin=ORIGIN)
    assert len(events(ada.stream)) == recorded
    assert token_credential(pair.access).user == ada


def change_password(user, boss):
    password_change(request=visit_from(user=user), user_id=user.pk, password="quiet-River-58-stone")


def change_email(user, boss):
    email_change_request(user_id=user.pk, new_email="ada.new@example.org", origin=ORIGIN)
    for mailbox in ("old", "new"):
        link = email_change_link(EmailChange.objects.get(user=user), mailbox)
        email_change_confirm(request=visit_from(), token=link.rpartition("/")[2])


def set_up_a_second_step(user, boss):
    code = App(totp_prepare(user_id=user.pk).secret, Clock()).code()
    totp_enable(request=visit_from(user=user), user_id=user.pk, code=code)


def turn_the_second_step_off(user, boss):
    totp_disable(request=visit_from(user=user), user_id=user.pk)


def lose_the_second_step(user, boss):
    totp_reset(actor=boss, user_id=user.pk, reason="Lost phone", origin=ORIGIN)


def force_logout(user, boss):
    sessions_end(user.pk, reason="Lost phone", origin=ORIGIN)


def suspend(user, boss):
    user_suspend(actor=boss, user_id=user.pk, reason="Check", origin=ORIGIN)


def suspend_and_activate(user, boss):
    suspend(user, boss)
    user_activate(actor=boss, user_id=user.pk, reason="Checked", origin=ORIGIN)


ENDS_EVERYTHING = [
    change_password,
    change_email,
    set_up_a_second_step,
    turn_the_second_step_off,
    lose_the_second_step,
    force_logout,
    suspend,
    suspend_and_activate,
]


@pytest.fixture
def boss(person):
    return person("super@example.org", Role.SUPER_ADMIN)


@pytest.fixture
def prepared(ada, with_app):
    """Return what brings a person to where a thing can happen."""

    def prepare(happens):
        if happens in (turn_the_second_step_off, lose_the_second_step):
            with_app(ada)

    return prepare


@pytest.mark.parametrize("happens", ENDS_EVERYTHING)
def test_what_ends_every_token_of_a_person(ada, boss, person, prepared, happens):
    bystander = issue(person("bob@example.org"))
    pairs = [issue(ada), refresh(issue(ada))]
    prepared(happens)
    happens(ada, boss)
    assert all(is_dead(pair) for pair in pairs)
    assert token_credential(refresh(bystander).access)


@pytest.mark.parametrize("happens", ENDS_EVERYTHING)
def test_who_gave_the_password_before_it_gets_nothing_afterwards(ada, boss, prepared, happens):
    """Between the password and the first token or the session, another request may change what they prove."""
    prepared(happens)
    from_before = User.objects.get(pk=ada.pk)
    happens(ada, boss)
    assert is_dead(issue(from_before))
    visit = visit_from()
    user_sign_in(request=visit, user=from_before)
    viewer = SessionViewer(visit.session.session_key, ada.pk)
    assert SessionViewer.holding([viewer]) == set()


def test_the_control_without_the_count_of_generations_lets_them_in(ada, boss, monkeypatch):
    monkeypatch.setattr(User, "_get_session_auth_hash", lambda user, secret=None: user.password)
    from_before = User.objects.get(pk=ada.pk)
    change_email(ada, boss)
    assert token_credential(issue(from_before).access).user == ada


def test_a_password_that_changes_during_a_refresh_wins(ada, monkeypatch):
    pair = issue(ada)
    take_turn = tokens._take_turn

    def while_the_password_changes(*arguments):
        user = User.objects.get(pk=ada.pk)
        user.set_password("quiet-River-58-stone")
        user.save()
        return take_turn(*arguments)

    monkeypatch.setattr(tokens, "_take_turn", while_the_password_changes)
    assert is_dead(refresh(pair))


def test_a_refresh_that_loses_to_a_sign_out_is_not_called_a_reuse(ada, monkeypatch, events):
    pair = issue(ada)

    def ended_meanwhile(*arguments):
        RefreshFamily.objects.update(ended_at=timezone.now(), end_reason="signed_out")
        return False

    monkeypatch.setattr(tokens, "_take_turn", ended_meanwhile)
    assert refused(refresh, pair) == "token_invalid"
    assert [type for type, _payload in events(ada.stream)][-1] == "user.tokens_issued"


def test_an_owner_ends_one_program_and_nobody_else_does(ada, person, events):
    pair, other = issue(ada), issue(ada)
    family = RefreshFamily.objects.earliest("started_at")
    with pytest.raises(Refused) as refusal:
        family_end(user=person("bob@example.org"), family_id=family.pk, origin=ORIGIN)
    assert refusal.value.code == "session_unknown"
    assert token_credential(pair.access).user == ada
    family_end(user=ada, family_id=family.pk, origin=ORIGIN)
    assert is_dead(pair)
    assert token_credential(other.access).user == ada
    assert events(ada.stream)[-1] == ("user.tokens_ended", {"family": str(family.pk), "reason": "revoked"})
    with pytest.raises(Refused):
        family_end(user=ada, family_id=family.pk, origin=ORIGIN)


def test_no_family_outlives_its_time_however_often_it_is_refreshed(ada, settings):
    pair = issue(ada)
    assert pair.refresh_expires_at - timezone.now() <= timedelta(days=14)
    family = RefreshFamily.objects.get()
    family.started_at = timezone.now() - settings.TOKEN_FAMILY_LIFETIME + timedelta(hours=1)
    family.save()
    pair = refresh(pair)
    family.refresh_from_db()
    assert pair.refresh_expires_at - timezone.now() <= timedelta(hours=1)
    assert family.expires_at == pair.refresh_expires_at
    RefreshFamily.objects.update(expires_at=timezone.now())
    assert is_dead(pair)


def test_only_families_that_expired_long_ago_are_forgotten(ada):
    pair, long_ago = issue(ada), issue(ada)
    tokens_revoke(refresh_token=pair.refresh, origin=ORIGIN)
    old = RefreshFamily.objects.get(ended_at=None)
    old.expires_at = timezone.now() - tokens.FORGOTTEN_AFTER - timedelta(seconds=1)
    old.save()
    assert families_forget() == 1
    assert is_dead(long_ago)
    assert RefreshFamily.objects.get().end_reason == "revoked"


# --- At the same time ----------------------------------------------------------------------------
PARALLEL = 50


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rounds", [20, pytest.param(100, marks=pytest.mark.long)])
def test_of_fifty_parallel_refreshes_exactly_one_succeeds(ada, events, rounds):
    for number in range(1, rounds + 1):
        pair = issue(ada)
        answers = at_once([partial(refresh, pair)] * PARALLEL)
        won = [answer for answer in answers if not isinstance(answer, str)]
        assert len(won) == 1
        assert set(answers) - set(won) <= {"refresh_token_reused", "token_invalid"}
        assert is_dead(won[0])  # the others have shown that there are copies
        assert RefreshFamily.objects.filter(end_reason="reused").count() == number
    assert [type for type, _payload in events(ada.stream)].count("user.tokens_ended") == rounds


@pytest.mark.django_db(transaction=True)
def test_without_the_condition_on_the_present_token_several_would_win(ada, monkeypatch):
    """The control: what looks first and writes afterwards, as the library does, lets more than one through."""

    def look_first(claims, pair, now):
        family = RefreshFamily.objects.get(pk=claims.family_id)
        if family.current != claims.digest or family.ended_at is not None:
            return False
        looked.wait(timeout=10)
        family.current = pair.refresh_digest
        family.save()
        return True

    looked = threading.Barrier(2)
    monkeypatch.setattr(tokens, "_take_turn", look_first)
    answers = at_once([partial(refresh, issue(ada))] * 2)
    assert len({answer.refresh for answer in answers}) == 2


@pytest.mark.django_db(transaction=True)
def test_a_force_logout_beside_a_refresh_leaves_nothing_alive(ada):
    for _ in range(5):
        pair = issue(ada)
        logout = partial(sessions_end, ada.pk, reason="Lost phone", origin=ORIGIN)
        refreshed, _user = at_once([partial(refresh, pair), logout])
        assert isinstance(refreshed, str) or is_dead(refreshed)
        assert is_dead(pair)

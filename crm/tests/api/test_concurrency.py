"""Many calls at once on real PostgreSQL, and followers of changes while everything changes."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from accounts.models import User
from crm.models import AnsweredCall
from crm.services import calls
from crm.services.notes import note_add_apply
from crm.tests.conftest import Program, make_key
from forexpro.core.models import Event
from forexpro.core.tests.at_once import at_once
from trading.tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)
ADA = {"external_id": "crm-1001", "email": "ada@example.com", "full_name": "Ada Lovelace"}


@pytest.fixture(autouse=True)
def _patience(settings):
    """Let a busy machine answer late, and nobody be counted."""
    settings.ANSWER_SECONDS = 60
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, "")


def test_a_hundred_duplicates_make_one_client(crm):
    responses = at_once([lambda: Program(crm.text).post("users", ADA)] * 100, threads=16)
    assert Counter(response.status_code for response in responses) == {201: 1, 200: 99}
    user = User.objects.get(email="ada@example.com")
    assert {response.json()["user"]["id"] for response in responses} == {str(user.pk)}
    assert Event.objects.filter(stream=user.stream, type="user.created").count() == 1


def test_a_hundred_repetitions_have_one_effect_and_one_answer(crm):
    user = make_user("ada@example.com")
    path = f"users/{user.pk}/notes"
    responses = at_once([lambda: Program(crm.text).post(path, {"text": "Once."}, key="one")] * 100, threads=16)
    statuses = Counter(response.status_code for response in responses)
    assert set(statuses) <= {201, 409}
    assert user.notes.count() == AnsweredCall.objects.count() == 1
    assert len({response.content for response in responses if response.status_code == 201}) == 1
    running = {response.json()["error"]["code"] for response in responses if response.status_code == 409}
    assert running <= {"request_in_progress"}


def test_who_repeats_while_the_first_is_running_is_told_so(crm, monkeypatch):
    user = make_user("ada@example.com")
    path, running, finish = f"users/{user.pk}/notes", threading.Event(), threading.Event()

    def slowly(**arguments):
        running.set()
        finish.wait(timeout=30)
        return note_add_apply(**arguments)

    monkeypatch.setattr("crm.api.clients.note_add_apply", slowly)

    def first():
        try:
            return Program(crm.text).post(path, {"text": "Once."}, key="one").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        answered = threads.submit(first)
        assert running.wait(timeout=30)
        second = crm.post(path, {"text": "Once."}, key="one")
        finish.set()
        assert answered.result(timeout=30) == 201
    assert (second.status_code, second.json()["error"]["code"]) == (409, "request_in_progress")
    assert crm.post(path, {"text": "Once."}, key="one")["Idempotent-Replayed"] == "true"
    assert user.notes.count() == 1


def test_control_without_the_second_attempt_one_of_two_fails(crm, monkeypatch):
    """Both look, neither finds, both create: the database refuses one, and only doing it again finds the other's."""
    monkeypatch.setattr(calls, "ATTEMPTS", 1)
    looked = threading.Barrier(2)
    from accounts.services import clients

    original = clients.locked_people

    def look_together(**names):
        found = original(**names)
        looked.wait(timeout=30)
        return found

    monkeypatch.setattr(clients, "locked_people", look_together)

    responses = at_once([lambda: Program(crm.text).post("users", ADA)] * 2)
    assert sorted(response.status_code for response in responses) == [201, 500]
    assert User.objects.filter(email="ada@example.com").count() == 1


# --- ETag ----------------------------------------------------------------------------------------
def test_who_has_read_an_older_client_is_told_so(crm):
    user = make_user("ada@example.com")
    etag = crm.get(f"users/{user.pk}")["ETag"]
    first = crm.patch(f"users/{user.pk}", {"flags": ["a"]}, If_Match=etag)
    assert first.status_code == 200
    assert first["ETag"] != etag
    second = crm.patch(f"users/{user.pk}", {"flags": ["b"]}, If_Match=etag)
    assert (second.status_code, second.json()["error"]["code"]) == (412, "precondition_failed")
    assert crm.get(f"users/{user.pk}").json()["flags"] == ["a"]
    assert crm.patch(f"users/{user.pk}", {"flags": ["b"]}, If_Match=first["ETag"]).status_code == 200
    weak = f"W/{crm.get(f'users/{user.pk}')['ETag']}"  # as it arrives through a proxy that compresses
    assert crm.patch(f"users/{user.pk}", {"flags": ["w"]}, If_Match=weak).status_code == 200
    assert crm.patch(f"users/{user.pk}", {"flags": ["x"]}, If_Match=weak).status_code == 412
    assert crm.patch(f"users/{user.pk}", {"flags": ["c"]}, If_Match="*").status_code == 200
    assert crm.patch(f"users/{user.pk}", {"flags": ["d"]}).status_code == 200


def test_a_change_by_anybody_else_counts_and_a_sign_in_does_not(crm, client):
    user = make_user("ada@example.com")
    etag = crm.get(f"users/{user.pk}")["ETag"]
    client.force_login(user)
    assert crm.get(f"users/{user.pk}")["ETag"] == etag
    User.objects.filter(pk=user.pk).update(full_name="Ada King")
    assert crm.patch(f"users/{user.pk}", {"flags": ["a"]}, If_Match=etag).status_code == 412


def test_of_twenty_with_the_same_etag_one_succeeds(crm):
    user = make_user("ada@example.com")
    etag = crm.get(f"users/{user.pk}")["ETag"]
    responses = at_once(
        [
            lambda flag=flag: Program(crm.text).patch(f"users/{user.pk}", {"flags": [f"f{flag}"]}, If_Match=etag)
            for flag in range(20)
        ]
    )
    assert Counter(response.status_code for response in responses) == {200: 1, 412: 19}


# --- The cursor ----------------------------------------------------------------------------------
def read_all(program, seen, query):
    """Read until nothing more is there; note what each client was last seen as. Return the place to go on from."""
    while True:
        page = program.get("users", {**query, "limit": 7}).json()
        seen |= {client["id"]: client["full_name"] for client in page["results"]}
        query = {"cursor": page["cursor"]}
        if not page["has_more"]:
            return query


def test_followers_miss_nobody_while_rows_change(crm):
    people = [make_user(f"c{number}@example.com") for number in range(40)]
    since = User.objects.order_by("updated_at").first().updated_at.isoformat()
    stop = threading.Event()

    def change(mine):
        for turn in range(15):
            for user in mine:
                with transaction.atomic():  # some are slow to commit
                    User.objects.filter(pk=user.pk).update(full_name=f"Client {user.pk}, {turn}")
                    stop.wait(0.002 if user.pk % 5 == 0 else 0)
        make_user(f"late{mine[0].pk}@example.com")
        connection.close()

    seen: dict[str, str] = {}
    query = {"updated_since": since}
    with ThreadPoolExecutor(4) as threads:
        writers = [threads.submit(change, people[start::4]) for start in range(4)]
        while not all(writer.done() for writer in writers):
            query = read_all(crm, seen, query)
    for writer in writers:
        writer.result()
    read_all(crm, seen, query)
    assert seen == {str(user.pk): user.full_name for user in User.objects.filter(is_staff=False)}
    assert len(seen) == 44


def test_control_by_time_alone_a_slow_transaction_is_missed(crm):
    """Its change is older, by the clock, than what the follower has seen already when it becomes visible."""
    slow, quick = make_user("slow@example.com"), make_user("quick@example.com")
    seen: dict[str, str] = {}
    query = read_all(crm, seen, {})
    written, read = threading.Event(), threading.Event()

    def change_slowly():
        with transaction.atomic():
            User.objects.filter(pk=slow.pk).update(full_name="Slow")
            written.set()
            read.wait(timeout=30)
        connection.close()

    with ThreadPoolExecutor(1) as threads:
        writer = threads.submit(change_slowly)
        assert written.wait(timeout=30)
        User.objects.filter(pk=quick.pk).update(full_name="Quick")
        newest_seen = User.objects.get(pk=quick.pk).updated_at
        query = read_all(crm, seen, query)
        read.set()
        writer.result(timeout=30)
    assert list(User.objects.filter(updated_at__gt=newest_seen)) == []  # by time nothing more has changed
    read_all(crm, seen, query)
    assert (seen[str(slow.pk)], seen[str(quick.pk)]) == ("Slow", "Quick")


def test_updated_since_leaves_out_who_has_not_changed(crm):
    make_user("old@example.com")
    new = make_user("new@example.com")
    found = crm.get("users", {"updated_since": new.updated_at.isoformat()}).json()
    assert [client["id"] for client in found["results"]] == [str(new.pk)]
    assert crm.get("users", {"cursor": found["cursor"]}).json()["results"] == []
    assert crm.get("users", {"cursor": "nonsense"}).json()["error"]["code"] == "cursor_invalid"


def test_a_second_key_has_idempotency_keys_of_its_own(crm):
    user = make_user("ada@example.com")
    _key, text = make_key("other")
    for program in (crm, Program(text)):
        assert program.post(f"users/{user.pk}/notes", {"text": "Mine."}, key="one").status_code == 201
    assert user.notes.count() == 2

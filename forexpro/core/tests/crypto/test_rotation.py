import threading
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction

from forexpro.core.crypto.fields import encrypted_fields
from forexpro.core.crypto.rotation import keys_rotate


def key_numbers(column="password"):
    """Return how many rows are under each key."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT get_byte({column}, 0), count(*) FROM "a safe" WHERE {column} IS NOT NULL GROUP BY 1')
        return dict(cursor.fetchall())


def fill(table, count):
    table.objects.bulk_create([table(name=str(n), password=f"secret {n}") for n in range(count)], batch_size=5000)


def rotate(table, **options):
    return keys_rotate(encrypted_fields([table]), pause_seconds=0.01, **options)


def test_everything_comes_under_the_newest_key(keys, safe_table):
    fill(safe_table, 25)
    safe_table.objects.create(name="none")
    keys(2, 1)
    seen = []
    outcome = rotate(safe_table, batch=10, progress=lambda column, done, total: seen.append((column.name, done, total)))
    assert (outcome.rotated, outcome.left, outcome.faults) == (25 + 26, 0, [])
    assert seen == [("note", n, 26) for n in (10, 20, 26)] + [("password", n, 25) for n in (10, 20, 25)]
    keys(2)
    assert sorted(row.password or "" for row in safe_table.objects.all()) == sorted(
        ["", *(f"secret {n}" for n in range(25))]
    )
    assert rotate(safe_table).rotated == 0


def test_an_interrupted_rotation_goes_on_where_it_stopped(keys, safe_table):
    fill(safe_table, 30)
    keys(2, 1)

    def stop(column, done, total):
        if column.name == "password":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate(safe_table, batch=10, progress=stop)
    assert key_numbers() == {1: 20, 2: 10}
    assert rotate(safe_table, batch=10).rotated == 20
    assert key_numbers() == {2: 30}


def test_rows_in_use_are_passed_over_until_they_are_free(keys, safe_table):
    fill(safe_table, 20)
    keys(2, 1)
    held, release = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            row = safe_table.objects.select_for_update().order_by("pk").first()
            held.set()
            release.wait(10)
            row.password, row.name = "changed meanwhile", "held"
            row.save()
        connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        holder = pool.submit(hold)
        held.wait(10)
        threading.Timer(0.3, release.set).start()
        outcome = keys_rotate(encrypted_fields([safe_table]), pause_seconds=0.2)
        holder.result()
    assert outcome.left == 0
    assert key_numbers() == {2: 20}
    assert safe_table.objects.get(name="held").password == "changed meanwhile"


def test_rows_that_stay_in_use_are_counted_and_the_old_key_is_still_needed(keys, safe_table):
    fill(safe_table, 3)
    keys(2, 1)
    done = threading.Event()
    held = threading.Event()

    def hold():
        with transaction.atomic():
            safe_table.objects.select_for_update().order_by("pk").first()
            held.set()
            done.wait(10)
        connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        holder = pool.submit(hold)
        held.wait(10)
        outcome = rotate(safe_table)
        done.set()
        holder.result()
    assert (outcome.rotated, outcome.left) == (4, 2)  # both columns of the row in use
    assert key_numbers() == {1: 1, 2: 2}


def test_a_broken_row_is_named_and_stops_nothing(keys, safe_table):
    fill(safe_table, 5)
    first, second = safe_table.objects.order_by("pk")[:2]
    with connection.cursor() as cursor:
        cursor.execute(
            'UPDATE "a safe" SET password = (SELECT password FROM "a safe" WHERE id = %s) WHERE id = %s',
            [second.pk, first.pk],
        )
    keys(2, 1)
    outcome = rotate(safe_table)
    assert [f"a safe|password|{first.pk} " in fault for fault in outcome.faults] == [True]
    assert (outcome.rotated, outcome.left) == (5 + 4, 1)
    assert key_numbers() == {1: 1, 2: 4}


def test_two_rotations_at_once_share_the_work(keys, safe_table):
    fill(safe_table, 300)
    keys(2, 1)

    def run(_number):
        try:
            return rotate(safe_table, batch=20)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(run, range(2)))
    assert sum(outcome.rotated for outcome in outcomes) == 600
    assert key_numbers() == {2: 300}


@pytest.mark.parametrize("fields", [2_000, pytest.param(100_000, marks=pytest.mark.long)])
def test_readers_and_writers_never_notice(keys, safe_table, fields):
    fill(safe_table, fields // 2)  # two encrypted columns each
    first = safe_table.objects.order_by("pk").first().pk
    keys(2, 1)
    finished = threading.Event()
    reads = []

    def read(offset):
        count = 0
        try:
            while not finished.is_set() or count < fields // 8:
                start = first + (count * 7 + offset * 311) % (fields // 2)
                for row in safe_table.objects.filter(pk__gte=start).order_by("pk")[:20]:
                    assert row.password in {f"secret {row.name}", f"changed {row.name}"}
                    assert row.note == ""
                    count += 1
        finally:
            connections.close_all()
        return count

    def write():
        count = 0
        try:
            while not finished.is_set() or count < 20:
                row = safe_table.objects.get(pk=first + count * 13 % (fields // 2))
                row.password = f"changed {row.name}"
                row.save(update_fields=["password"])
                count += 1
        finally:
            connections.close_all()
        return count

    with ThreadPoolExecutor(4) as pool:
        reads = [pool.submit(read, offset) for offset in range(3)]
        writes = pool.submit(write)
        try:
            outcome = rotate(safe_table)
        finally:
            finished.set()
        assert sum(reader.result() for reader in reads) >= fields // 8
        changed = {first + count * 13 % (fields // 2) for count in range(writes.result())}
    assert (outcome.left, outcome.faults) == (0, [])
    assert key_numbers("note") == key_numbers() == {2: fields // 2}
    keys(2)
    for row in safe_table.objects.all().iterator():
        assert row.password == f"{'changed' if row.pk in changed else 'secret'} {row.name}"


def test_the_command_says_what_it_did(keys, db):
    keys(7, 1)
    output = StringIO()
    call_command("rotate_encryption_keys", stdout=output, stderr=StringIO(), no_color=True)
    assert output.getvalue() == "0 fields re-encrypted with key 7; the older keys are needed no more\n"

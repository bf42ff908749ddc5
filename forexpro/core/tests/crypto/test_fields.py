import pickle
import subprocess

import pytest
from django.apps.registry import Apps
from django.core import serializers
from django.core.exceptions import FieldError
from django.db import connection, models
from django.forms import modelform_factory

from forexpro.core.crypto import CannotDecrypt
from forexpro.core.crypto.fields import Ciphertext, EncryptedTextField, encrypted_fields
from forexpro.core.embedded.postgres import EmbeddedPostgres

SECRET = "hunter2-Zürich"


def stored(row, column="password"):
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {column} FROM "a safe" WHERE id = %s', [row.pk])
        return cursor.fetchone()[0]


def test_the_text_comes_back_and_the_database_never_sees_it(keys, safe_table):
    row = safe_table.objects.create(name="first", password=SECRET)
    assert row.password == SECRET
    assert b"hunter2" not in bytes(stored(row))
    read = safe_table.objects.get()
    assert (read.pk, read.name, read.password, read.note) == (row.pk, "first", SECRET, "")


def test_rows_made_in_bulk_and_by_save_are_encrypted_for_themselves(keys, safe_table):
    safe_table(name="saved", password="by save").save()
    safe_table.objects.bulk_create([safe_table(name=str(n), password=f"bulk {n}") for n in range(3)])
    assert [row.password for row in safe_table.objects.order_by("pk")] == ["by save", "bulk 0", "bulk 1", "bulk 2"]


def test_nothing_is_stored_as_nothing(keys, safe_table):
    row = safe_table.objects.create(name="empty")
    assert stored(row) is None
    assert safe_table.objects.get().password is None
    assert list(safe_table.objects.filter(password__isnull=True)) == [row]


def test_lists_that_never_ask_never_decrypt(keys, safe_table):
    safe_table.objects.create(name="first", password=SECRET)
    keys(2)  # the key is lost: whoever asks fails, whoever does not is served
    row = safe_table.objects.get()
    assert row.name == "first"
    with pytest.raises(CannotDecrypt, match="key 1"):
        _ = row.password


def test_columns_without_their_row_stay_ciphertext(keys, safe_table):
    safe_table.objects.create(password=SECRET)
    value = safe_table.objects.values_list("password", flat=True).get()
    assert isinstance(value, Ciphertext)
    assert repr(value) == f"<ciphertext, {len(value)} bytes>"


def test_deferred_and_refreshed_rows_decrypt_and_caches_get_ciphertext(keys, safe_table):
    row = safe_table.objects.create(password=SECRET)
    assert safe_table.objects.defer("password").get().password == SECRET
    row.password = "changed"
    row.refresh_from_db()
    assert row.password == SECRET
    assert b"hunter2" not in pickle.dumps(safe_table.objects.get())


def test_a_save_brings_the_row_under_the_newest_key(keys, safe_table):
    safe_table.objects.create(password=SECRET)
    row = safe_table.objects.get()
    keys(2, 1)
    row.save()
    assert bytes(stored(row))[0] == 2
    assert safe_table.objects.get().password == SECRET


def test_a_ciphertext_moved_to_another_row_is_rejected(keys, safe_table):
    victim = safe_table.objects.create(password=SECRET)
    thief = safe_table.objects.create(password="mine")
    with connection.cursor() as cursor:
        cursor.execute('UPDATE "a safe" SET password = %s WHERE id = %s', [stored(victim), thief.pk])
    with pytest.raises(CannotDecrypt, match=rf"a safe\|password\|{thief.pk} .*another row or column"):
        _ = safe_table.objects.get(pk=thief.pk).password


def test_a_ciphertext_moved_to_another_column_is_rejected(keys, safe_table):
    row = safe_table.objects.create(password=SECRET)
    with connection.cursor() as cursor:
        cursor.execute('UPDATE "a safe" SET note = password')
    with pytest.raises(CannotDecrypt, match=rf"a safe\|note\|{row.pk} "):
        _ = safe_table.objects.get().note


@pytest.mark.parametrize("lookup", ["password", "password__contains", "password__startswith", "password__in"])
def test_searches_are_refused(keys, safe_table, lookup):
    with pytest.raises(FieldError):
        list(safe_table.objects.filter(**{lookup: [SECRET]}))


def test_writes_that_do_not_know_the_row_are_refused(keys, safe_table):
    row = safe_table.objects.create(password=SECRET)
    before = bytes(stored(row))
    with pytest.raises(TypeError, match="set it on an instance"):
        safe_table.objects.update(password="plain")
    row.password = "plain"
    with pytest.raises(TypeError, match="set it on an instance"):
        safe_table.objects.bulk_update([row], ["password"])
    assert bytes(stored(row)) == before


def test_serialised_rows_leave_the_text_out(keys, safe_table):
    row = safe_table.objects.create(name="first", password=SECRET)
    written = serializers.serialize("json", [row])
    assert "first" in written
    assert "hunter2" not in written
    assert "password" not in written


def test_a_dump_of_the_database_holds_no_plaintext(keys, safe_table, settings):
    safe_table.objects.bulk_create([safe_table(name=f"row {n}", password=f"{SECRET}-{n}") for n in range(50)])
    database = connection.settings_dict
    programs = EmbeddedPostgres(settings.LOCAL_DIR).programs
    dump = subprocess.run(
        [
            programs / "pg_dump",
            "--inserts",
            "--host",
            database["HOST"],
            "--username",
            database["USER"],
            database["NAME"],
        ],
        capture_output=True,
        check=True,
    ).stdout
    assert b"row 49" in dump
    for plaintext in (b"hunter2", b"hunter2".hex().encode()):
        assert plaintext not in dump


def test_the_check_wants_a_key_that_is_known_in_time():
    class Late(models.Model):
        id = models.BigAutoField(primary_key=True)
        password = EncryptedTextField()

        class Meta:
            apps = Apps()
            app_label = "core"

        def __str__(self):
            return str(self.pk)

    [error] = Late._meta.get_field("password").check()
    assert error.id == "forexpro.E002"


def test_migrations_and_lists_know_the_field(safe_table):
    password, note = (safe_table._meta.get_field(name) for name in ("password", "note"))
    assert encrypted_fields([safe_table]) == [note, password]
    _name, path, args, options = note.deconstruct()
    assert (path, args, options) == (
        "forexpro.core.crypto.fields.EncryptedTextField",
        [],
        {"default": "", "editable": True},
    )
    assert password.check() == note.check() == []
    assert (password.editable, note.editable) == (False, True)


def test_forms_may_change_it(keys, safe_table):
    row = safe_table.objects.create(password=SECRET, note="before")
    form = modelform_factory(safe_table, fields=["note"])({"note": "after"}, instance=row)
    assert form.initial == {"note": "before"}
    form.save()
    assert safe_table.objects.get().note == "after"
    with pytest.raises(FieldError, match="non-editable"):
        modelform_factory(safe_table, fields=["password"])

"""Encrypted columns of models."""

from collections.abc import Iterable
from typing import Any

from django.core import checks
from django.db import connections, models, router
from django.db.models.query_utils import DeferredAttribute

from forexpro.core.crypto.cipher import decrypt, encrypt


class Ciphertext(bytes):
    """The bytes of an encrypted column, before anybody has asked for the text."""

    def __repr__(self) -> str:
        return f"<ciphertext, {len(self)} bytes>"


class EarlyBigAutoField(models.BigAutoField):  # type: ignore[type-arg]  # generic in the stubs only
    """A `BigAutoField` that takes its number from the sequence before the row is inserted.

    What is encrypted in a row is bound to its key, which therefore has to be known first. The column is the same, so
    that it may replace a `BigAutoField` at any time.
    """

    def get_pk_value_on_save(self, instance: models.Model) -> int:
        model = self.model
        connection = connections[router.db_for_write(model, instance=instance)]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s))",
                [connection.ops.quote_name(model._meta.db_table), self.column],
            )
            number: int = cursor.fetchone()[0]
        return number


class _EncryptedAttribute(DeferredAttribute):
    """Decrypts when the text is asked for: lists of rows that never do cost nothing, and the row's key is known."""

    field: "EncryptedTextField"

    def __get__(self, instance: models.Model | None, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if instance is not None and isinstance(value, Ciphertext):
            value = instance.__dict__[self.field.attname] = self.field.decrypted(value, instance)
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.Field):  # type: ignore[type-arg]  # generic in the stubs only
    """Text that the database knows only as AES-256-GCM, bound to its table, column and row.

    The row's key must be known before it is inserted: the model has an `EarlyBigAutoField`, or another primary key
    that Django makes (a UUID). The attribute is the text; queries that return columns instead of instances return
    the ciphertext. It can be searched for NULL only, and written only by saving instances.
    """

    column: str

    descriptor_class = _EncryptedAttribute

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("serialize", False)  # dumpdata would write the text into a file
        options.setdefault("editable", False)  # a form that should show it says so
        super().__init__(*args, **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        options.pop("serialize", None)
        if options.pop("editable", True):
            options["editable"] = True
        return name, path, args, options

    def get_internal_type(self) -> str:
        return "BinaryField"

    def context(self, pk: Any) -> str:
        """Return the place of the column in the row `pk`, as it is authenticated: `table|column|pk`."""
        return f"{self.model._meta.db_table}|{self.column}|{pk}"

    def decrypted(self, value: bytes, instance: models.Model) -> str:
        """Return the text of a ciphertext of `instance`; raises CannotDecrypt."""
        return decrypt(value, context=self.context(instance.pk)).decode()

    # --- Database ------------------------------------------------------------------------------
    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Ciphertext | None:
        return None if value is None else Ciphertext(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Encrypt anew at every save: a row that was read before a rotation must not bring its old key back."""
        text = getattr(model_instance, self.attname)
        if text is None:
            return None
        return Ciphertext(encrypt(text.encode(), context=self.context(model_instance.pk)))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is not None and not isinstance(value, Ciphertext):
            raise TypeError(f"{self} is encrypted for its row: set it on an instance and save that.")
        return None if value is None else connection.Database.Binary(value)

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def value_to_string(self, obj: models.Model) -> str:
        raise TypeError(f"{self} is not written to files.")

    def check(self, **options: Any) -> list[checks.CheckMessage]:
        found = super().check(**options)
        pk = self.model._meta.pk
        if isinstance(pk, models.AutoField | models.BigAutoField) and not isinstance(pk, EarlyBigAutoField):
            found.append(
                checks.Error(
                    "An encrypted field needs a primary key that is known before the row is inserted.",
                    hint=f"Declare {pk.name} = EarlyBigAutoField(primary_key=True) on the model.",
                    obj=self,
                    id="forexpro.E002",
                )
            )
        return found


def encrypted_fields(tables: Iterable[type[models.Model]]) -> list[EncryptedTextField]:
    """Return the encrypted fields of `tables` in order of table and column."""
    fields = [
        field
        for model in tables
        if not model._meta.proxy
        for field in model._meta.local_concrete_fields
        if isinstance(field, EncryptedTextField)
    ]
    return sorted(fields, key=lambda field: (field.model._meta.db_table, field.column))

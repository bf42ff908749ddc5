import base64

import pytest
from django.apps.registry import Apps
from django.db import connection, models

from forexpro.core.crypto.fields import EarlyBigAutoField, EncryptedTextField


def key(number: int) -> str:
    """Return the entry of a key that is the same in every run."""
    return f"{number}:{base64.b64encode(bytes([number]) * 32).decode()}"


@pytest.fixture
def keys(settings):
    """Return what sets the numbers of the keys, newest first."""

    def use(*numbers: int) -> None:
        settings.ENCRYPTION_KEYS = [key(number) for number in numbers]

    use(1)
    return use


class Safe(models.Model):
    """A table that only these tests have, outside the registry of the product's apps."""

    id = EarlyBigAutoField(primary_key=True)
    name = models.CharField(max_length=20)
    password = EncryptedTextField(null=True, blank=True)
    note = EncryptedTextField(default="", editable=True)

    class Meta:
        apps = Apps()
        app_label = "core"
        db_table = "a safe"

    def __str__(self) -> str:
        return self.name


@pytest.fixture
def safe_table(transactional_db):
    """Return the table, which concurrent connections see too."""
    with connection.schema_editor() as editor:
        editor.create_model(Safe)
    yield Safe
    with connection.schema_editor() as editor:
        editor.delete_model(Safe)

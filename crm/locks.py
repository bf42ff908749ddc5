"""The locks of this app. In the global order a call's key comes first: whoever does not get it does not wait."""

import hashlib

from django.db import connection

from crm.models import ServiceKey


def claimed(service_key_id: int, idempotency_key: str) -> bool:
    """Claim an idempotency key until the transaction ends; return False where another transaction has it."""
    digest = hashlib.blake2b(f"crm:{service_key_id}:{idempotency_key}".encode(), digest_size=8).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [int.from_bytes(digest, signed=True)])
        (is_claimed,) = cursor.fetchone()
    return bool(is_claimed)


def locked_service_key(service_key_id: int) -> ServiceKey | None:
    """Return a service key, locked until the transaction ends."""
    return ServiceKey.objects.select_for_update(of=("self",)).filter(pk=service_key_id).first()

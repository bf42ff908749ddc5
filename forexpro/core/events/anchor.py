"""Daily fingerprints of the whole log. Whoever rewrites a chain from some row to its head must forge these too,
and an operator who keeps the logged fingerprints elsewhere notices even that."""

import hashlib
import logging

from django.db import connection, transaction

from forexpro.core.events.chain import Head
from forexpro.core.models import EventAnchor

logger = logging.getLogger(__name__)


def fingerprint_line(stream: str, place: Head) -> bytes:
    """Return what one stream contributes to the SHA-256 of an anchor; streams come in byte order of their names."""
    return f"{stream} {place.seq} {place.hash}\n".encode()


def anchor_take() -> EventAnchor:
    """Fingerprint the newest event of every stream among the transactions that are finished.

    Later transactions do not count, so any later reader of the log arrives at the same fingerprint.
    """
    fingerprint = hashlib.sha256()
    streams = 0
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
            before_xid = int(cursor.fetchone()[0])
        with connection.chunked_cursor() as cursor:
            cursor.execute(
                """
                SELECT s.name, e.seq, e.hash FROM core_eventstream s CROSS JOIN LATERAL (
                    SELECT seq, hash FROM core_event
                    WHERE stream = s.name AND xid < %s::text::xid8 ORDER BY seq DESC LIMIT 1
                ) e ORDER BY s.name
                """,
                [str(before_xid)],
            )
            while chunk := cursor.fetchmany(5_000):
                for name, seq, hash in chunk:
                    streams += 1
                    fingerprint.update(fingerprint_line(name, Head(seq, hash)))
        anchor = EventAnchor.objects.create(before_xid=before_xid, streams=streams, hash=fingerprint.hexdigest())
    logger.info("event anchor %s over %s streams: %s", anchor.pk, streams, anchor.hash)
    return anchor

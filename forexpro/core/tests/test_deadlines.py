import time

import pytest
from django.db import OperationalError, connection

from forexpro.core.deadlines import database_deadline, postpone_deadline, time_apart

pytestmark = pytest.mark.django_db(transaction=True)


def sleep_in_database(seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])


def test_nobody_waits_for_the_database_beyond_the_deadline() -> None:
    with database_deadline(0.1), pytest.raises(OperationalError, match="did not answer in time"):
        sleep_in_database(600)
    connection.close()  # as at the end of every request; the next one has a connection that answers
    with database_deadline(60):
        sleep_in_database(0)


def test_without_a_deadline_slow_work_goes_on() -> None:
    with database_deadline(0):
        pass
    sleep_in_database(0.2)


def test_time_that_is_spent_apart_does_not_count() -> None:
    with database_deadline(0.4):
        with time_apart():
            time.sleep(0.5)
        sleep_in_database(0.01)
        with pytest.raises(OperationalError, match="did not answer in time"):
            sleep_in_database(600)
    connection.close()


def test_a_deadline_is_postponed_within_its_context_only() -> None:
    with database_deadline(0.1):
        postpone_deadline(60)
        sleep_in_database(0.2)
    postpone_deadline(60)  # there is none, and none comes of it
    with database_deadline(0.1), pytest.raises(OperationalError):
        sleep_in_database(600)
    connection.close()

"""How long the lists of the back office take with 100,000 rows behind each."""

from collections.abc import Iterator
from datetime import timedelta

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from accounts.selectors import role_group
from forexpro.back_office.figures import KEPT
from forexpro.bench.rows import fill
from forexpro.core.bench import Measurement, benchmark, stopwatch
from forexpro.core.scratch import scratch_services
from marketdata.services.catalogue import catalogue_load

ROWS = 100_000
FEW_ROWS = 50
REPETITIONS = 5
# Pages whose figures are not to be those of the last minute.
FRESH = {"home, its figures anew"}
PAGES = {
    "home": "",
    "home, its figures anew": "",
    "people": "accounts/user/",
    "people without volume in 30 days": "accounts/user/?volume=none",
    "people not verified": "accounts/user/?email_verified_at__isempty=1&is_active__exact=1",
    "people by a part of the name": "accounts/user/?q=Client 99999",
    "people by address": "accounts/user/?q=client77777@example.org",
    "people by number": "accounts/user/?q=77777",
    "people, a page in the middle": "accounts/user/?p={middle}",
    "accounts": "trading/tradingaccount/",
    "accounts in margin call": "trading/tradingaccount/?margin_call__exact=1",
    "accounts without volume in 30 days": "trading/tradingaccount/?volume=none",
    "accounts with 10 lots open": "trading/tradingaccount/?open=10",
    "accounts by name of the owner": "trading/tradingaccount/?q=Client 99999",
    "orders": "trading/order/",
    "orders working": "trading/order/?status=working",
    "positions": "trading/position/",
    "positions open in a symbol": "trading/position/?closed_at__isempty=1&symbol=EURUSD",
    "deals": "trading/deal/",
    "deals of a week": "trading/deal/?executed_at_from_0={week}",
    "ledger": "trading/ledgertransaction/",
    "ledger, deposits": "trading/ledgertransaction/?reason=deposit",
    "audit log": "core/event/",
    "audit log by type": "core/event/?type=user.updated",
    "audit log by address": "core/event/?ip=203.0.113.9",
    "client's page": "accounts/user/{user}/change/",
    "account's page": "trading/tradingaccount/{account}/change/",
}


@benchmark
def back_office_lists() -> Iterator[Measurement]:
    """The time of each page over 100,000 rows, beside that of the same page over 50."""
    few = _measured(FEW_ROWS)
    many = _measured(ROWS)
    for page, (milliseconds, queries) in many.items():
        yield Measurement(
            f"{page}, {ROWS:,} rows, {queries} queries", milliseconds, "ms", few[page][0], f"over {FEW_ROWS} rows"
        )


def _measured(rows: int) -> dict[str, tuple[float, int]]:
    """Return the time (ms) and the number of queries of each page over so many rows.

    The time is the fastest of a few: what else the machine does makes a page slower, and nothing makes it faster.
    """
    # Nobody here could type a code of an app.
    with scratch_services(), override_settings(STAFF_TOTP_REQUIRED=False):
        catalogue_load()
        fill(rows)
        staff = User.objects.create_superuser("staff@localhost", None, full_name="Staff")
        staff.groups.add(role_group(Role.SUPER_ADMIN))
        client = Client(headers={"host": "localhost"})
        client.force_login(staff)
        newest = User.objects.filter(is_staff=False).latest("pk")
        places = {
            "user": newest.pk,
            "account": newest.trading_accounts.get().pk,
            "middle": max(rows // 100, 1),
            "week": timezone.localdate() - timedelta(days=7),
        }
        return {
            page: _page(client, f"/admin/{address.format(**places)}", fresh=page in FRESH)
            for page, address in PAGES.items()
        }


def _page(client: Client, address: str, *, fresh: bool) -> tuple[float, int]:
    times = []
    for _ in range(REPETITIONS):
        if fresh:
            cache.delete_many(KEPT)
        with stopwatch() as watch:
            response = client.get(address)
        assert response.status_code == 200, f"{address}: {response.status_code}"
        times.append(1000 * watch.seconds)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return min(times), len(queries)

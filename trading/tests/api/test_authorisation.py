"""Every operation, tried as owner, stranger, staff and anonymous. Staff act in the back office, not here."""

import pytest
from django.urls import URLPattern

from trading.api.urls import urlpatterns

CALLS = [
    ("get", ""),
    ("get", "/changes"),
    ("get", "/deals"),
    ("get", "/events/1/explanation"),
    ("get", "/events/1/explanation/document"),
    ("get", "/journal"),
    ("get", "/ledger"),
    ("get", "/orders"),
    ("post", "/orders"),
    ("post", "/orders/preview"),
    ("get", "/orders/1"),
    ("patch", "/orders/1"),
    ("delete", "/orders/1"),
    ("get", "/positions"),
    ("get", "/positions/1"),
    ("patch", "/positions/1"),
    ("post", "/positions/1/close"),
    ("post", "/positions/1/close-by"),
    ("post", "/positions/close-all"),
    ("get", "/symbols"),
]


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_strangers_and_staff_find_no_such_account(stranger, staff, method, path):
    for client in (stranger, staff):
        response = getattr(client, method)(path, key="k")
        assert response.status_code == 404
        assert response.json()["error"]["code"] == "account_not_found"


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_anonymous_is_asked_to_sign_in(anonymous, method, path):
    response = getattr(anonymous, method)(path, key="k")
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "not_authenticated"


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_owner_reaches_the_operation(owner, method, path):
    response = getattr(owner, method)(path, key="k")
    error = response.json().get("error", {})
    assert error.get("code") not in {"account_not_found", "not_authenticated"}


@pytest.mark.parametrize(
    ("method", "path"), [call for call in CALLS if call[0] != "get" and call[1] != "/orders/preview"]
)
def test_every_change_needs_an_idempotency_key(owner, method, path):
    response = getattr(owner, method)(path)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "idempotency_key_required"


def test_no_operation_is_missing_above():
    tried = {path.replace("1", "<id>") for _, path in CALLS}
    offered = set()
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        if "account_id" not in str(pattern.pattern):
            continue  # of no account: in `test_opening.py`
        route = str(pattern.pattern).removeprefix("accounts").removeprefix("/<id:account_id>")
        offered.add(
            route.replace("<id:order_id>", "<id>").replace("<id:position_id>", "<id>").replace("<id:seq>", "<id>")
        )
    assert offered == tried


def test_what_a_method_is_not_it_is_for_everybody(owner, stranger):
    assert [client.delete("/ledger").status_code for client in (owner, stranger)] == [405, 405]

import pytest
from django.urls import reverse

from forexpro.core.signing import is_signed_by, public_key
from trading.tests.factories import make_order, make_user


@pytest.fixture
def filled(account):
    """The number of the last event of a filled order."""
    return make_order(account).seq


def page(account, seq, name="why"):
    return reverse(f"trading:{name}", args=[account.pk, seq])


def test_owner_sees_the_decision(client, account, trader, filled):
    client.force_login(trader)
    response = client.get(page(account, filled))
    text = response.content.decode()
    assert response.context["same"] is True
    assert "Decided again just now: the same" in text
    assert "0.10 × 100000 / 100 × 1.1001 × 1 = 110.01 USD" in text
    assert "1.10010" in text
    assert "Stop-out level" in text


def test_owner_downloads_the_signed_document(client, account, trader, filled):
    client.force_login(trader)
    response = client.get(page(account, filled, "why_document"))
    assert response["Content-Disposition"] == f'attachment; filename="decision-{account.number}-{filled}.json"'
    assert is_signed_by(response.json(), public_key())


@pytest.mark.parametrize("name", ["why", "why_document"])
def test_others_find_nothing(client, account, filled, name):
    assert client.get(page(account, filled, name)).status_code == 302
    for user in (make_user("stranger@example.com"), make_user("staff@example.com", is_staff=True)):
        client.force_login(user)
        assert client.get(page(account, filled, name)).status_code == 404


def test_entry_without_a_decision_is_not_found(client, account, trader):
    client.force_login(trader)
    assert client.get(page(account, 1)).status_code == 404


def test_journal_and_history_lead_here(client, account, trader, filled):
    client.force_login(trader)
    journal = client.get(reverse("trading:journal", args=[account.pk])).content.decode()
    assert page(account, filled) in journal
    assert page(account, 1) not in journal
    history = client.get(reverse("trading:history", args=[account.pk])).content.decode()
    assert page(account, filled - 1) in history

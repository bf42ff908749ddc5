import pytest
from django.core import mail

from accounts.links import verification_link

pytestmark = pytest.mark.django_db


def path(user):
    return "/verify/" + verification_link(user).rsplit("/", 1)[1]


def test_looking_at_the_link_verifies_nothing(client, person):
    """Mail filters follow links; only a person presses the button."""
    user = person("ada@example.org", verified=False)
    response = client.get(path(user))
    assert response.status_code == 200
    assert "ada@example.org" in response.content.decode()
    user.refresh_from_db()
    assert not user.is_email_verified


def test_the_button_verifies_and_leads_to_sign_in(client, person):
    user = person("ada@example.org", verified=False)
    response = client.post(path(user), follow=True)
    assert response.redirect_chain == [("/sign-in", 302)]
    assert "Your e-mail address is verified" in response.content.decode()
    user.refresh_from_db()
    assert user.is_email_verified


def test_verifying_signs_nobody_in(client, person):
    client.post(path(person("ada@example.org", verified=False)))
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_forged_link_offers_a_new_one(client, method):
    response = getattr(client, method)("/verify/eyJ1c2VyIjoxfQ:1u:forged")
    assert response.status_code == 400
    assert "/verify" in response.content.decode()


def test_resending_answers_everybody_alike(client, person, committing):
    person("verified@example.org")
    person("waiting@example.org", verified=False)
    answers = set()
    for email in ("verified@example.org", "waiting@example.org", "nobody@example.org"):
        with committing():
            response = client.post("/verify", {"email": email})
        answers.add((response.status_code, response.url))
    assert answers == {(302, "/check-mail")}
    assert [(message.to[0], "/verify/" in message.body) for message in mail.outbox] == [
        ("verified@example.org", False),
        ("waiting@example.org", True),
    ]


def test_resending_needs_an_address(client):
    assert client.post("/verify", {"email": "nothing"}).status_code == 422

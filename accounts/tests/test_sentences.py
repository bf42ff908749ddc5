import pytest
from django.utils.translation import override

from accounts.sentences import SENTENCES
from forexpro.core.events.chain import NewEvent
from forexpro.core.events.sentences import sentence
from forexpro.core.models import Event

SAID = [
    ("user.created", {"role": "Trader", "full_name": "Ada", "email": "ada@x.org"}, "Trader created: Ada, ada@x.org."),
    ("user.registration_repeated", {}, "Somebody tried to register with this e-mail address again."),
    ("email.verified", {"email": "ada@x.org"}, "E-mail address ada@x.org verified."),
    ("user.signed_in", {"user_agent": "Firefox"}, "Signed in with Firefox."),
    ("user.signed_in", {"user_agent": ""}, "Signed in with an unnamed program."),
    ("user.signed_out", {}, "Signed out."),
    ("user.sign_in_failed", {"reason": "suspended"}, "Sign-in failed: the account is suspended."),
    ("visitor.sign_in_failed", {"reason": "unknown_account"}, "Sign-in failed: nobody has this e-mail address."),
    ("user.password_reset_requested", {}, "A password reset was asked for."),
    (
        "visitor.password_reset_requested",
        {"reason": "unknown_account"},
        "A password reset was asked for with an e-mail address that nobody has.",
    ),
    ("user.password_changed", {"reason": "reset"}, "Password set through a mailed link."),
    ("user.updated", {"changes": {"time_zone": {}, "full_name": {}}}, "Profile changed: time_zone, full_name."),
    ("user.role_changed", {"before": ["Trader"], "after": ["Admin"]}, "Role changed from Trader to Admin."),
    ("user.suspended", {"reason": "Chargeback"}, "Suspended: Chargeback"),
    ("user.activated", {"reason": "Settled"}, "Activated again: Settled"),
    ("user.signed_out_everywhere", {"reason": "Lost phone"}, "Signed out everywhere: Lost phone"),
    ("user.tokens_issued", {"family": "f", "user_agent": "bot/1"}, "Signed in to the API with bot/1."),
    ("user.tokens_issued", {"family": "f", "user_agent": ""}, "Signed in to the API with an unnamed program."),
    ("user.tokens_ended", {"family": "f", "reason": "revoked"}, "API tokens ended by their owner."),
    (
        "user.tokens_ended",
        {"family": "f", "reason": "reused"},
        "API tokens ended: a refresh token was used twice, so somebody may have had a copy.",
    ),
    (
        "user.api_key_created",
        {"name": "Bot", "prefix": "fpk_1a2b3c4d", "scopes": ["read", "trade"]},
        "API key Bot (fpk_1a2b3c4d…) created for: read, trade.",
    ),
    ("user.api_key_revoked", {"name": "Bot", "prefix": "fpk_1a2b3c4d"}, "API key Bot (fpk_1a2b3c4d…) revoked."),
]


@pytest.mark.parametrize(("type", "payload", "said"), SAID)
def test_what_happened_to_a_person(type, payload, said):
    with override("en"):
        assert sentence(NewEvent("user:1", type, payload)) == said


def test_every_sentence_is_tried():
    assert {type for type, _payload, _said in SAID} == SENTENCES.keys()


@pytest.mark.django_db
def test_signing_in_is_recorded_in_words(client, django_user_model):
    user = django_user_model.objects.create_user("ada@example.org", "correct horse battery", full_name="Ada")
    client.post("/sign-in", {"email": user.email, "password": "wrong"}, headers={"User-Agent": "Firefox"})
    event = Event.objects.order_by("-id")[0]
    assert sentence(event) == "Sign-in failed: the password was wrong."

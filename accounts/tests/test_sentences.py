import pytest
from django.utils.translation import override

from accounts.sentences import SENTENCES
from forexpro.core.events.chain import NewEvent
from forexpro.core.events.sentences import sentence
from forexpro.core.models import Event

VISIT = {
    "visit": 9,
    "issuer": "service_key:3",
    "admin_id": "17",
    "admin": "Maria Keller",
    "client": 1,
    "reason": "Ticket 8841",
    "scopes": [],
}
SAID = [
    ("user.created", {"role": "Trader", "full_name": "Ada", "email": "ada@x.org"}, "Trader created: Ada, ada@x.org."),
    ("user.registration_repeated", {}, "Somebody tried to register with this e-mail address again."),
    ("email.verified", {"email": "ada@x.org"}, "E-mail address ada@x.org verified."),
    ("user.signed_in", {"user_agent": "Firefox"}, "Signed in with Firefox."),
    ("user.signed_in", {"user_agent": ""}, "Signed in with an unnamed program."),
    (
        "user.signed_in",
        {"user_agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0"},
        "Signed in with Firefox on Windows.",
    ),
    ("user.signed_out", {}, "Signed out."),
    ("user.sign_in_failed", {"reason": "wrong_code"}, "Sign-in failed: the code was wrong."),
    (
        "user.sign_in_locked",
        {"scope": "account", "minutes": 15},
        "Locked for this address for 15 minutes, after too many failures.",
    ),
    (
        "visitor.sign_in_locked",
        {"scope": "address", "minutes": 15},
        "Address locked for all accounts for 15 minutes, after too many failures.",
    ),
    ("user.confirmed", {"by": "code"}, "Confirmed with a code to be the one who is signed in."),
    ("user.confirmed", {"by": "password"}, "Confirmed with the password to be the one who is signed in."),
    ("user.confirmation_failed", {"reason": "wrong_password"}, "Confirmation failed: the password was wrong."),
    ("user.sessions_ended", {"sessions": 1}, "1 other session ended."),
    ("user.sessions_ended", {"sessions": 3}, "3 other sessions ended."),
    (
        "user.sessions_ended",
        {"sessions": 1, "program": "curl/8.5", "address": "203.0.113.9"},
        "Signed out elsewhere: curl, 203.0.113.9.",
    ),
    ("user.totp_enabled", {}, "Two-step sign-in turned on."),
    ("user.totp_disabled", {}, "Two-step sign-in turned off."),
    ("user.totp_reset", {"reason": "Phone lost"}, "Two-step sign-in reset by staff: Phone lost"),
    ("user.backup_codes_created", {}, "New backup codes made; the old ones are void."),
    ("user.backup_code_used", {"left": 9}, "Backup code used, 9 are left."),
    ("user.backup_code_used", {"left": 1}, "Backup code used, 1 is left."),
    ("user.email_change_requested", {"new": "b@x.org"}, "Change of the e-mail address to b@x.org asked for."),
    (
        "user.email_change_confirmed",
        {"mailbox": "old"},
        "Change of the e-mail address confirmed at the present one.",
    ),
    ("user.email_change_confirmed", {"mailbox": "new"}, "Change of the e-mail address confirmed at the new one."),
    ("user.email_change_cancelled", {"new": "b@x.org"}, "Change of the e-mail address to b@x.org cancelled."),
    (
        "user.email_changed",
        {"before": "a@x.org", "after": "b@x.org"},
        "E-mail address changed from a@x.org to b@x.org.",
    ),
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
    ("user.updated", {"changes": {"flags": {"before": [], "after": ["vip"]}}}, "Changed: flags from none to vip."),
    (
        "user.updated",
        {
            "changes": {
                "deposits_maximum": {"before": None, "after": "500"},
                "withdrawals_allowed": {"before": True, "after": False},
            },
            "reason": "Case 4711",
        },
        "Changed: most deposits in all from none to 500; withdrawals allowed from yes to no. Reason: Case 4711",
    ),
    ("user.role_changed", {"before": ["Trader"], "after": ["Admin"]}, "Role changed from Trader to Admin."),
    (
        "user.access_level_changed",
        {"before": "full", "after": "frozen", "reason": "Case 4711", "paused_accounts": [7]},
        "Access changed from Everything to Close positions; no money moves: Case 4711",
    ),
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
    ("user.visit_granted", VISIT, "Maria Keller may visit: Ticket 8841"),
    ("user.visit_begun", VISIT | {"scopes": ["trade"]}, "Maria Keller has begun a visit: Ticket 8841 (may: trade)"),
    (
        "user.visit_refused",
        VISIT | {"code": "visit_token_used"},
        "A visit of Maria Keller could not begin: visit_token_used.",
    ),
    (
        "user.visit_ended",
        VISIT | {"ended_because": "left", "looked_at": ["/funding", "/trade/4"], "refused": []},
        "The visit of Maria Keller has ended (Left); looked at: /funding, /trade/4.",
    ),
    (
        "user.visit_ended",
        VISIT | {"ended_because": "time", "looked_at": [], "refused": []},
        "The visit of Maria Keller has ended (Its time was over); looked at: nothing.",
    ),
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

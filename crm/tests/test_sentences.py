import pytest
from django.utils.translation import override

from crm.sentences import SENTENCES
from forexpro.core.events.chain import NewEvent
from forexpro.core.events.sentences import sentence

KEY = {"service_key_id": 1, "name": "berlin", "prefix": "fps_1a2b3c4d"}
SAID = [
    (
        "service_key.created",
        KEY | {"scopes": ["clients", "read"], "networks": [], "expires_at": None},
        "Service key berlin (fps_1a2b3c4d…) created for: clients, read.",
    ),
    (
        "service_key.rotated",
        KEY | {"old_good_until": "2026-03-02T09:30:00+00:00"},
        "Service key berlin rotated (fps_1a2b3c4d…); the one before is good until 2026-03-02T09:30:00+00:00.",
    ),
    ("service_key.revoked", KEY, "Service key berlin revoked."),
    ("service_key.called", {"method": "GET", "path": "/crm/users/7", "status": 200}, "Called GET /crm/users/7."),
    (
        "service_key.called",
        {"method": "GET", "path": "/crm/users/7", "status": 404, "code": "client_not_found"},
        "Called GET /crm/users/7, refused: client_not_found.",
    ),
    ("user.note_added", {"note_id": 5}, "A note was written (5)."),
]


@pytest.mark.parametrize(("type", "payload", "said"), SAID)
def test_what_programs_of_the_house_did(type, payload, said):
    with override("en"):
        assert sentence(NewEvent("service_key:1", type, payload)) == said


def test_every_sentence_is_tried():
    assert {type for type, _payload, _said in SAID} == SENTENCES.keys()

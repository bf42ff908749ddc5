import pytest

pytestmark = pytest.mark.django_db
TYPED = {"full_name": "New Name", "time_zone": "Europe/Berlin"}


def test_shows_and_saves_ones_own_profile(as_, cast, events):
    client = as_("owner")
    assert "The Owner" in client.get("/profile").content.decode()
    assert client.post("/profile", TYPED).url == "/profile"
    cast["owner"].refresh_from_db()
    assert (cast["owner"].full_name, cast["owner"].time_zone) == ("New Name", "Europe/Berlin")
    assert events(cast["owner"].stream)[-1] == (
        "user.updated",
        {
            "changes": {
                "full_name": {"before": "The Owner", "after": "New Name"},
                "time_zone": {"before": "UTC", "after": "Europe/Berlin"},
            }
        },
    )


def test_saving_what_is_there_already_records_nothing(as_, cast, events):
    before = len(events(cast["owner"].stream))
    as_("owner").post("/profile", {"full_name": "The Owner", "time_zone": "UTC"})
    assert len(events(cast["owner"].stream)) == before


def test_nobody_reaches_another_ones_profile(as_, cast):
    """The page knows only the person of the session, whatever else is sent."""
    as_("stranger").post("/profile", TYPED | {"user_id": cast["owner"].pk, "id": cast["owner"].pk})
    cast["owner"].refresh_from_db()
    assert cast["owner"].full_name == "The Owner"


def test_a_profile_cannot_promote_its_owner(as_, cast):
    as_("owner").post("/profile", TYPED | {"is_staff": "on", "is_superuser": "on", "email": "x@example.org"})
    cast["owner"].refresh_from_db()
    assert not cast["owner"].is_staff
    assert not cast["owner"].is_superuser
    assert cast["owner"].email == "owner@example.org"


def test_visitors_sign_in_first(client):
    assert client.get("/profile").url == "/sign-in?next=/profile"
    assert client.post("/profile", TYPED).status_code == 302


@pytest.mark.parametrize("change", [{"time_zone": "Mars/Olympus"}, {"full_name": ""}])
def test_bad_input_changes_nothing(as_, cast, change):
    assert as_("owner").post("/profile", TYPED | change).status_code == 422
    cast["owner"].refresh_from_db()
    assert cast["owner"].full_name == "The Owner"

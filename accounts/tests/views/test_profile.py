from contextlib import contextmanager

import pytest
from django.core import mail
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation.trans_real import translation

from accounts.mails import mail_after_commit
from accounts.models import User
from forexpro.core.http.language import LanguageMiddleware

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


@pytest.mark.parametrize("change", [{"time_zone": "Mars/Olympus"}, {"full_name": ""}, {"language": "xx"}])
def test_bad_input_changes_nothing(as_, cast, change):
    assert as_("owner").post("/profile", TYPED | change).status_code == 422
    cast["owner"].refresh_from_db()
    assert cast["owner"].full_name == "The Owner"


@pytest.fixture
def german(settings):
    """A second language; Django brings its own texts in it."""
    settings.LANGUAGES = [("en", "English"), ("de", "German")]


def test_pages_and_mails_are_in_the_chosen_language(as_, cast, german, committing):
    client = as_("owner")
    assert '<option value="de">Deutsch</option>' in client.get("/profile").content.decode()
    client.post("/profile", TYPED | {"language": "de"})
    response = client.post("/profile", TYPED | {"full_name": "", "language": "de"})
    assert response["Content-Language"] == "de"
    page = response.content.decode()
    assert '<html lang="de"' in page
    assert "Dieses Feld ist zwingend erforderlich." in page
    with override_text("Your password was changed", "Ihr Passwort wurde geändert"), committing():
        mail_after_commit("password_changed", "owner@example.org")
    assert mail.outbox[-1].subject == "Ihr Passwort wurde geändert"


@contextmanager
def override_text(text, translated):
    """Have one of our own texts in German, as a catalogue would."""
    catalogue = translation("de")._catalog
    catalogue._catalogs[0][text] = translated
    yield
    del catalogue._catalogs[0][text]


def test_whoever_chose_none_reads_what_the_browser_asks_for(as_, german):
    client = as_("owner")
    assert '<html lang="de"' in client.get("/profile", headers={"Accept-Language": "de"}).content.decode()
    assert '<html lang="en"' in client.get("/profile", headers={"Accept-Language": "fr"}).content.decode()


def test_the_choice_wins_over_the_browser_and_belongs_to_its_person(as_, cast, german):
    User.objects.filter(pk=cast["owner"].pk).update(language="en")
    asked = {"Accept-Language": "de"}
    assert '<html lang="en"' in as_("owner").get("/profile", headers=asked).content.decode()
    assert '<html lang="de"' in as_("stranger").get("/profile", headers=asked).content.decode()


def test_a_language_that_is_gone_from_the_settings_is_no_error(as_, cast):
    User.objects.filter(pk=cast["owner"].pk).update(language="de")
    assert '<html lang="en"' in as_("owner").get("/profile").content.decode()


async def test_the_language_is_chosen_in_async_code_too(german):
    user = User(language="de")

    async def auser():
        return user

    async def page(request):
        return HttpResponse(get_language())

    request = HttpRequest()
    request.auser = auser
    response = await LanguageMiddleware(page)(request)
    assert response.content == b"de"
    assert response["Content-Language"] == "de"
    assert get_language() == "en"


def test_a_page_on_which_nothing_is_missing_moves_the_cursor_nowhere(as_):
    assert "autofocus" not in as_("owner").get("/profile").content.decode()

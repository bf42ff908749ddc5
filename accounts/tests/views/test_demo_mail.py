import pytest
from django.core import mail
from django.core.mail import send_mail

from accounts.demo import load_demo_users, sent_mails
from accounts.models import User
from accounts.roles import Role
from accounts.tests.conftest import user_roles
from forexpro.core.refusals import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings, tmp_path):
    settings.DEMO = True
    settings.LOCAL_DIR = tmp_path / "local"
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")


def test_shows_what_was_sent_newest_first_with_links(client, demo):
    assert sent_mails() == []
    assert client.get("/mail").status_code == 200
    send_mail("First é", "Hello\n\nhttp://localhost:8000/verify/abc", None, ["ada@example.org"])
    send_mail("Second", "<script>alert(1)</script>", None, ["bob@example.org"])
    assert [(message.subject, message.to) for message in sent_mails()] == [
        ("Second", "bob@example.org"),
        ("First é", "ada@example.org"),
    ]
    page = client.get("/mail").content.decode()
    assert 'href="http://localhost:8000/verify/abc"' in page
    assert "<script>alert" not in page


def test_a_file_with_several_mails_is_read_whole(demo):
    with mail.get_connection() as connection:
        connection.send_messages(
            [mail.EmailMessage(f"Mail {number}", "text", None, ["ada@example.org"]) for number in range(3)]
        )
    assert [message.subject for message in sent_mails()] == ["Mail 2", "Mail 1", "Mail 0"]


@pytest.mark.parametrize("who", ["anonymous", "owner", "super_admin"])
def test_outside_the_demo_there_is_no_such_page(as_, settings, who):
    settings.DEMO = False
    assert as_(who).get("/mail").status_code == 404


def test_demo_sign_ins_are_made_once_and_work(client, demo, roles):
    sign_ins = load_demo_users()
    assert load_demo_users() == sign_ins
    assert User.objects.count() == len(Role)
    assert [sign_in.role for sign_in in sign_ins] == list(Role)
    for sign_in in sign_ins:
        user = User.objects.get(email=sign_in.email)
        assert user_roles(user) == [sign_in.role]
        assert user.is_staff == (sign_in.role is not Role.TRADER)
        response = client.post("/sign-in", {"email": sign_in.email, "password": sign_in.password})
        assert response.status_code == 302
        client.post("/sign-out")


def test_demo_sign_ins_are_refused_elsewhere(settings):
    settings.DEMO = False
    with pytest.raises(Refused):
        load_demo_users()
    assert not User.objects.exists()

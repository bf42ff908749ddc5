import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/admin/", "/admin/accounts/user/", "/admin/core/event/"])
def test_a_page_of_the_back_office_has_one_main_landmark(as_, address):
    page = as_("admin").get(address).content.decode()
    assert page.count('role="main"') + page.count("<main") == 1

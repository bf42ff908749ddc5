from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
from django.urls import reverse

from accounts.models import User

pytestmark = pytest.mark.django_db

LISTS = [model._meta for model in admin.site._registry]


@pytest.mark.parametrize("meta", LISTS, ids=str)
def test_what_no_database_can_hold_is_no_filter(meta: Any, client, settings):
    settings.STAFF_TOTP_REQUIRED = False
    client.force_login(User.objects.create_superuser("staff@example.com", None, full_name="Staff"))
    address = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    request = client.get(address).wsgi_request
    filters = [name for name in admin.site._registry[meta.model].get_list_filter(request) if isinstance(name, str)]
    for name in (SEARCH_VAR, *filters):
        assert client.get(address, {name: "\0"}).status_code == 400

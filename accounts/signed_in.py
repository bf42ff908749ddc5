"""Who is signed in, where nobody else gets to."""

from django.http import HttpRequest
from rest_framework.request import Request

from accounts.models import User


def signed_in_person(request: HttpRequest | Request) -> User:
    """Return who makes a request that only people who have signed in, or their programs, can make."""
    assert isinstance(request.user, User)
    return request.user

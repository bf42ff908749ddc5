"""What the views of a person's own affairs share."""

from typing import Any

from rest_framework.views import APIView

from accounts.models import User
from accounts.signed_in import signed_in_person


class PersonView(APIView):
    """A view of what belongs to the caller. API keys may look; what they may change, a view says by itself."""

    changing_scope: Any = None

    @property
    def person(self) -> User:
        """Who calls."""
        return signed_in_person(self.request)

    def validated(self, fields: type[Any]) -> dict[str, Any]:
        """Return the request's body as `fields` validate it."""
        given = fields(data=self.request.data)
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)

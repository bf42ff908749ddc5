"""How often a person may send documents. Each is work for the cleaner, also one that is refused."""

from django.conf import settings
from django.utils.translation import gettext as _

from forexpro.core.http.throttles import Limit, UserThrottle, parse_rate, take
from forexpro.core.refusals import Refused


class UploadThrottle(UserThrottle):
    scope = "uploads"


def refuse_flood(user_id: int) -> None:
    """Count an upload of a person; refuses `too_many_uploads` beyond the rate that the API has, too."""
    rate = settings.RATE_LIMITS[UploadThrottle.scope]
    if rate and take([Limit(f"{UploadThrottle.scope}:user:{user_id}", *parse_rate(rate))]) is not None:
        raise Refused(
            "too_many_uploads",
            _("You have sent very many files in a short time. Try again in an hour."),
            http_status=429,
        )

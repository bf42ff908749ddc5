from accounts.tests.conftest import _cheap_hashes, _mails_sent_at_once, committing, person, roles
from forexpro.core.tests.uploads.conftest import private_folder
from kyc.tests.conftest import _private_folder, _quick_cleaner, desks, reviewer

__all__ = [
    "_cheap_hashes",
    "_mails_sent_at_once",
    "_private_folder",
    "_quick_cleaner",
    "committing",
    "desks",
    "person",
    "private_folder",
    "reviewer",
    "roles",
]

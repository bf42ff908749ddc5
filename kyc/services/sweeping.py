"""Files of documents that nothing refers to."""

from forexpro.core.uploads.sweeping import orphans_delete
from kyc.models import Page
from kyc.services.documents import FOLDER


def orphaned_files_delete() -> int:
    """Delete what was stored for a document that was never recorded; return how many files."""
    return orphans_delete(
        FOLDER, lambda prefix: Page.objects.filter(file__startswith=prefix).values_list("file", flat=True)
    )

"""The corpus of lying uploads, sent as clients send them: nothing is ever stored as it came."""

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from forexpro.core.refusals import Refused
from forexpro.core.tests.uploads.test_cleaning import CLEANED, LIES, REFUSED
from kyc.models import Document, Page
from kyc.tests.factories import Kind, send

pytestmark = pytest.mark.django_db
FEW = {
    "photograph with PHP behind it",
    "photograph with the test virus",
    "HEIC with its maker",
    "photograph with place, maker and orientation",
    "a name that climbs",
    "PDF that acts on opening",
    "PDF that carries a file",
    "a page",
    "a flood of pixels",
    "half a JPEG",
    "a PDF with a password",
}


def some(corpus):
    return [pytest.param(lie, marks=() if lie in FEW else pytest.mark.long) for lie in corpus]


@pytest.fixture(autouse=True)
def _ample(settings):
    settings.KYC_DOCUMENTS_PER_DAY = 1000


@pytest.mark.parametrize("lie", some(CLEANED))
def test_only_what_was_made_of_it_is_stored(real_cleaner, client_, private_folder, lie):
    make, name = CLEANED[lie]
    content = make()
    send(client_, Kind.PASSPORT, SimpleUploadedFile(name, content, "text/html"))
    (stored,) = (path for path in private_folder.rglob("*") if path.is_file())
    kept = stored.read_bytes()
    page = Page.objects.get()
    assert kept != content
    assert not any(trace in kept for trace in LIES)
    assert (page.sha256, page.size) == (hashlib.sha256(kept).hexdigest(), len(kept))
    assert private_folder in stored.parents


@pytest.mark.parametrize("lie", some(REFUSED))
def test_of_what_is_refused_nothing_is_stored(real_cleaner, client_, private_folder, lie):
    make, name, code = REFUSED[lie]
    with pytest.raises(Refused) as refused:
        send(client_, Kind.PASSPORT, SimpleUploadedFile(name, make(), "image/jpeg"))
    assert refused.value.code == code
    assert not private_folder.exists() or not any(path.is_file() for path in private_folder.rglob("*"))
    assert not Document.objects.exists()

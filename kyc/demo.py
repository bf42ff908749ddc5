"""Documents on the desk of the demo's reviewers: specimens in every state."""

import io
import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont

from accounts.models import User
from forexpro.core.events.chain import Origin
from kyc.checklist import checklist
from kyc.models import Document
from kyc.requirements import DATED_KINDS
from kyc.services.documents import document_submit
from kyc.services.retention import relationship_end
from kyc.services.reviews import document_approve, document_reject

ORIGIN = Origin(actor="system:demo")
PASSPORT, CARD, ADDRESS, SELFIE = (
    Document.Kind.PASSPORT, Document.Kind.IDENTITY_CARD, Document.Kind.PROOF_OF_ADDRESS, Document.Kind.SELFIE,
)  # fmt: skip
WAITS, REJECTED = Document.Status.IN_REVIEW, Document.Status.REJECTED
YEARS, DAYS = 1500, 5
# What each client has sent and what became of it: approved for so many days, rejected, or waiting.
SENT: dict[str, dict[Document.Kind, int | Document.Status]] = {
    "anna": {PASSPORT: YEARS, SELFIE: YEARS, ADDRESS: YEARS},
    "ben": {PASSPORT: YEARS, SELFIE: YEARS},
    "chloe": {PASSPORT: WAITS, SELFIE: WAITS},
    "diego": {CARD: WAITS},
    "elif": {PASSPORT: YEARS, SELFIE: YEARS, ADDRESS: WAITS},
    "farid": {PASSPORT: REJECTED},
    "grace": {PASSPORT: DAYS},
    "ingrid": {PASSPORT: YEARS, SELFIE: YEARS},
    "jonas": {PASSPORT: YEARS},
}
LEFT = ("jonas",)
REJECTION = "Part of it is outside the picture. Take a photograph on which all four corners can be seen."


def load_demo_documents(clients: Mapping[str, User], reviewer: User) -> None:
    """Have clients who have sent nothing send specimens, and a reviewer decide about some of them."""
    for name, documents in SENT.items():
        client = clients[name]
        if Document.objects.filter(case__client=client).exists():
            continue
        for kind, outcome in documents.items():
            document = document_submit(
                user_id=client.pk,
                kind=kind,
                uploads=[specimen(kind, client.full_name)],
                submission=f"demo-{kind}",
                origin=ORIGIN,
            )
            _decide(document, outcome, reviewer)
        if name in LEFT:
            relationship_end(actor=reviewer, case_id=document.case_id, origin=ORIGIN)


def specimen(kind: Document.Kind, full_name: str) -> SimpleUploadedFile:
    """Return a picture that looks like a document of a kind from afar, and says that it is none."""
    picture = Image.new("RGB", (1000, 640), "#e8e2d4")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((20, 20, 980, 620), outline="#8a6d3b", width=4)
    draw.rectangle((60, 150, 320, 490), fill="#c9bfa8", outline="#8a6d3b", width=2)
    draw.ellipse((130, 200, 250, 330), fill="#9c907a")
    draw.pieslice((90, 340, 290, 620), 180, 360, fill="#9c907a")
    # The font that comes with the library has Latin letters without marks only.
    name = unicodedata.normalize("NFKD", full_name.replace("ı", "i")).encode("ascii", "ignore").decode()
    lines = (str(kind.label).upper(), name, "Born 1 May 1988", "Number X4711000", "Example Street 1, 10115 Berlin")
    for line, (text, size) in enumerate(zip(lines, (44, 38, 28, 28, 28), strict=True)):
        draw.text((370, 60 if line == 0 else 110 + line * 70), text, fill="#2b2416", font=ImageFont.load_default(size))
    draw.text((370, 530), "SPECIMEN", fill="#b04600", font=ImageFont.load_default(52))
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=80)
    return SimpleUploadedFile(f"{kind}.jpg", content.getvalue(), "image/jpeg")


def _decide(document: Document, outcome: int | Document.Status, reviewer: User) -> None:
    if outcome is WAITS:
        return
    if outcome is REJECTED:
        document_reject(actor=reviewer, document_id=document.pk, note=REJECTION, origin=ORIGIN)
        return
    assert isinstance(outcome, int)
    document_approve(
        actor=reviewer,
        document_id=document.pk,
        checked=list(checklist(document.kind)),
        number="X4711000" if document.kind in DATED_KINDS else "",
        expires_on=_in_days(outcome) if document.kind in DATED_KINDS else None,
        origin=ORIGIN,
    )


def _in_days(days: int) -> date:
    return timezone.now().date() + timedelta(days=days)

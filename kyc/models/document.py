from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from forexpro.core.crypto.fields import EarlyBigAutoField, EncryptedTextField
from forexpro.core.uploads.storage import private_files
from kyc.models.case import VerificationCase
from kyc.models.reason import RejectionReason


class Document(models.Model):
    """One paper that a client has sent, with all its pages, which never change; only what became of it does."""

    class Kind(models.TextChoices):
        PASSPORT = "passport", _("Passport")
        IDENTITY_CARD = "identity_card", _("Identity card")
        PROOF_OF_ADDRESS = "proof_of_address", _("Proof of address")
        SELFIE = "selfie", _("Selfie")

    class Status(models.TextChoices):
        IN_REVIEW = "in_review", _("In review")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        EXPIRED = "expired", _("Expired")
        REPLACED = "replaced", _("Replaced")
        # Its files and what was read on it are gone, see `kyc.services.retention`.
        ERASED = "erased", _("Deleted")

    id = EarlyBigAutoField(primary_key=True)
    case = models.ForeignKey(
        VerificationCase, on_delete=models.PROTECT, related_name="documents", verbose_name=_("verification")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.IN_REVIEW)
    submitted_at = models.DateTimeField(_("sent"))
    # The client's name for the act of sending: the same one again is the same document.
    submission = models.CharField(max_length=64)
    submission_digest = models.CharField(max_length=64)

    # What the reviewer read on it.
    number = EncryptedTextField(_("number"), null=True, blank=True)
    expires_on = models.DateField(_("valid until"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("decided by"),
    )  # fmt: skip
    # With four eyes an approval needs two people; this is the first of them.
    first_approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("first approved by"),
    )  # fmt: skip
    rejection_reason = models.ForeignKey(
        RejectionReason, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reason")
    )
    # What the client was told, as it was then.
    rejection_text = models.TextField(_("what the client was told"), blank=True)
    # For how many days before its end a reminder was sent last.
    reminded_days = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        permissions = [("review_document", _("Can look at documents, approve and reject them"))]
        constraints = [
            models.UniqueConstraint(fields=["case", "submission"], name="kyc_document_submission"),
            # At most one of a kind waits, and at most one is in force.
            models.UniqueConstraint(
                fields=["case", "kind"], condition=Q(status="in_review"), name="kyc_document_one_in_review"
            ),
            models.UniqueConstraint(
                fields=["case", "kind"], condition=Q(status="approved"), name="kyc_document_one_approved"
            ),
            models.CheckConstraint(
                condition=Q(status="rejected", rejection_text__gt="") | ~Q(status="rejected"),
                name="kyc_document_rejected_with_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_on"],
                condition=Q(status="approved", expires_on__isnull=False),
                name="kyc_document_expiring",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class Page(models.Model):
    """One file of a document, as the platform has made it from what was sent: a JPEG, or a PDF of several sheets."""

    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, related_name="pages", verbose_name=_("document"), db_index=False
    )
    position = models.PositiveSmallIntegerField(_("page"))
    file = models.FileField(storage=private_files, max_length=200)
    media_type = models.CharField(max_length=32)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    sheets = models.PositiveSmallIntegerField(default=1)

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ["position"]
        indexes = [models.Index(fields=["sha256"], name="kyc_page_content")]
        constraints = [models.UniqueConstraint(fields=["document", "position"], name="kyc_page_position")]

    def __str__(self) -> str:
        return f"{self.document_id}/{self.position}"

    @property
    def is_pdf(self) -> bool:
        return self.media_type == "application/pdf"

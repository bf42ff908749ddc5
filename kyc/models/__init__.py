from kyc.models.case import Level, VerificationCase
from kyc.models.document import Document, Page
from kyc.models.reason import RejectionReason

__all__ = ["Document", "Level", "Page", "RejectionReason", "VerificationCase"]

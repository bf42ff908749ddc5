from accounts.models.api_key import ApiKey, Scope
from accounts.models.email_change import EmailChange
from accounts.models.notice import Notice
from accounts.models.refresh_family import RefreshFamily
from accounts.models.second_factor import BackupCode, TotpDevice
from accounts.models.sessions import KnownDevice, SignedInSession, SignInAttempt
from accounts.models.user import AccessLevel, User
from accounts.models.visits import Visit, VisitStep

__all__ = [
    "AccessLevel",
    "ApiKey",
    "BackupCode",
    "EmailChange",
    "KnownDevice",
    "Notice",
    "RefreshFamily",
    "Scope",
    "SignInAttempt",
    "SignedInSession",
    "TotpDevice",
    "User",
    "Visit",
    "VisitStep",
]

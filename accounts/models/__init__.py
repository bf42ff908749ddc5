from accounts.models.email_change import EmailChange
from accounts.models.notice import Notice
from accounts.models.second_factor import BackupCode, TotpDevice
from accounts.models.sessions import KnownDevice, SignedInSession, SignInAttempt
from accounts.models.user import User

__all__ = [
    "BackupCode",
    "EmailChange",
    "KnownDevice",
    "Notice",
    "SignInAttempt",
    "SignedInSession",
    "TotpDevice",
    "User",
]

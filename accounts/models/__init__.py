from accounts.models.api_key import ApiKey, Scope
from accounts.models.refresh_family import RefreshFamily
from accounts.models.user import User

__all__ = ["ApiKey", "RefreshFamily", "Scope", "User"]

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """Return the one form in which an address is stored and looked up."""
        return (email or "").strip().lower()

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=self.normalize_email(username))


class AccessLevel(models.TextChoices):
    """What a client may do. Whoever may sign in may look at everything and close positions."""

    FULL = "full", _("Everything")
    CLOSE_ONLY = "close_only", _("Close positions and be paid out")
    FROZEN = "frozen", _("Close positions; no money moves")


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in with an e-mail address: a trader or a member of staff."""

    email = models.EmailField(_("e-mail address"), unique=True)
    full_name = models.CharField(_("name"), max_length=150)
    email_verified_at = models.DateTimeField(_("e-mail verified"), null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    # Empty for what the browser asks for.
    language = models.CharField(_("language"), max_length=16, blank=True, default="")
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)
    # Counted up to end every session and every token of the person at once.
    sessions_generation = models.PositiveIntegerField(default=0, editable=False)

    # --- What the house sets for a client; trading enforces it -------------------------------------
    # How another system of the house names the person.
    external_id = models.CharField(_("external id"), max_length=64, null=True, blank=True, unique=True)
    access_level = models.CharField(
        _("access"), max_length=10, choices=AccessLevel, default=AccessLevel.FULL, db_default=AccessLevel.FULL.value
    )
    flags = ArrayField(models.CharField(max_length=32), verbose_name=_("flags"), default=list, blank=True)
    leverage_max = models.DecimalField(
        _("highest leverage"), max_digits=8, decimal_places=2, null=True, blank=True, help_text=_("Empty: the group's.")
    )
    # In the currency in which limits are set; what the level of verification allows limits, too.
    deposits_maximum = models.DecimalField(
        _("most deposits in all"), max_digits=20, decimal_places=8, null=True, blank=True
    )
    withdrawals_allowed = models.BooleanField(_("withdrawals allowed"), default=True, db_default=True)

    # --- When it was last changed: a trigger of the database writes both ---------------------------
    updated_at = models.DateTimeField(_("changed"), db_default=Now(), editable=False)
    # The transaction that did: who reads by it, below the oldest that is still running, misses nobody.
    changed_xid = models.BigIntegerField(default=0, db_default=0, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower_case"),
            models.CheckConstraint(
                condition=models.Q(access_level__in=["full", "close_only", "frozen"]), name="user_access_level"
            ),
            models.CheckConstraint(
                condition=models.Q(leverage_max=None) | models.Q(leverage_max__gte=1), name="user_leverage_max"
            ),
            models.CheckConstraint(
                condition=models.Q(deposits_maximum=None) | models.Q(deposits_maximum__gte=0),
                name="user_deposits_maximum",
            ),
        ]
        indexes = [models.Index(fields=["changed_xid", "id"], name="user_changed")]
        permissions = [
            ("suspend_user", _("Can suspend and activate clients")),
            ("manage_staff", _("Can invite, suspend and change the roles of staff")),
            ("reset_totp", _("Can reset the two-step sign-in of clients")),
            ("annotate_client", _("Can set flags of clients and write notes about them")),
            ("limit_client", _("Can set access and limits of clients")),
        ]

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name.partition(" ")[0]

    @property
    def stream(self) -> str:
        """The event stream of this person."""
        return f"user:{self.pk}"

    @property
    def is_email_verified(self) -> bool:
        return self.email_verified_at is not None

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        # What sessions and tokens carry, and what is compared with them at every request.
        return salted_hmac(
            "accounts.session", f"{self.password}:{self.sessions_generation}", secret=secret, algorithm="sha256"
        ).hexdigest()

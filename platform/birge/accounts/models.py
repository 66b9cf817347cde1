"""People who have an account. Donors do not need one."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from birge import clock
from birge.ids import PublicIdField


class UserManager(BaseUserManager["User"]):
    """Makes people; e-mail addresses are kept in lower case, so that one person has one account."""

    def create_user(self, email: str | None = None, password: str | None = None, **fields: Any) -> User:
        """Make a person. Without a password they sign in by code."""
        user = self.model(email=email.strip().lower() if email else None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make a platform administrator."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        """Find by e-mail whatever its case."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person. What they may do comes from their offices, see `birge.organisations`."""

    public_id = PublicIdField()
    email = models.EmailField(_("e-mail"), unique=True, null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=16, unique=True, null=True, blank=True)  # E.164
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(max_length=2, default="ky")
    time_zone = models.CharField(max_length=40, default="Asia/Bishkek")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(_("platform administrator"), default=False)
    date_joined = models.DateTimeField(default=clock.now)
    factor_trusted_from = models.DateTimeField(null=True, blank=True)  # set after a lost factor: 48 h of rest
    session_round = models.PositiveIntegerField(default=0, editable=False)  # one more ends every session

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(email=""), name="user_email_null_not_empty")]

    def __str__(self) -> str:
        """Return the name, or the public identifier: no address ends up in logs."""
        return self.name or self.public_id

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        # Django ends a session whose hash is no longer the person's: here by a new password or by a new round.
        value = f"{self.password}:{self.session_round}"
        return salted_hmac("birge.accounts.session", value, secret=secret, algorithm="sha256").hexdigest()


class DeviceUse(models.Model):
    """Somebody did something about cash on this device. See `devices`: a digest, forgotten after 400 days."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    first_at = models.DateTimeField(default=clock.now)
    last_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="device_use_once")]

    def __str__(self) -> str:
        """Return whose it is: no digest ends up in logs."""
        return f"device of {self.user_id}"

"""One sign-in. It may be several persons, one in each hub."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from upwell_site.core.privacy import CONTACT, DATE, NONE, Personal


class Users(BaseUserManager["User"]):
    """Makes sign-ins; nobody has a password."""

    def create_user(self, email: str, **more: Any) -> User:
        """Make a sign-in for an address."""
        user = self.model(email=self.normalize_email(email).lower(), **more)
        user.set_unusable_password()
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A sign-in: an address, and nothing that a hub knows."""

    email = models.EmailField(_("e-mail address"), unique=True, max_length=254)
    is_active = models.BooleanField(default=True)
    is_operator = models.BooleanField(_("runs this site"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = Users()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    personal = Personal(
        subject="id",
        basis="sign_in",
        keep="while_here",
        on_erase="delete",
        fields={
            "email": CONTACT,
            "password": NONE,
            "last_login": DATE,
            "is_active": NONE,
            "is_operator": NONE,
            "created_at": DATE,
        },
    )

    def __str__(self) -> str:
        return f"sign-in {self.pk}"

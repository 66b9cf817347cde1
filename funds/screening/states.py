"""What can stand on a list, what is looked up in them, and what a person can say about a likeness."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class PartyKind(models.TextChoices):
    """What stands on a list, or is looked up."""

    BANK = "bank", _("bank")
    ORGANISATION = "organisation", _("firm or organisation")
    PERSON = "person", _("person")


class Subject(models.TextChoices):
    """For what somebody is looked up; together with a reference it says which one."""

    TRANSFER = "transfer", _("a transfer")
    ORGANISATION = "organisation", _("an organisation")
    BANK_ACCOUNT = "bank_account", _("a bank account")
    PAYEE = "payee", _("somebody who is to be paid")


class Outcome(models.TextChoices):
    """What the lists said."""

    CLEAR = "clear", _("on no list")
    HIT = "hit", _("like somebody on a list")
    KNOWN = "known", _("like somebody on a list, decided before")


class Verdict(models.TextChoices):
    """What a person decided about it. *blocked* is for ever."""

    OTHER = "other", _("it is somebody else of a like name")
    ALLOWED = "allowed", _("it is them, and dealing with them is lawful here")
    BLOCKED = "blocked", _("blocked")

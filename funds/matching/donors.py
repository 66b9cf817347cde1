"""Who counts as one donor, and what of that stands in the ledger: a tag that links gifts inside one rule only."""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings

from birge import randomness
from birge.notifications.contacts import contact_root

from .models import MatchDonor, Reservation, ReservationStatus, RuleStatus, RuleVersion


def identity_of(contact: str, account: str = "", group: str = "") -> str:
    """Return a keyed hash of what makes gifts one donor's: the proven contact, else the account, else the pledge.

    A guest and somebody signed in with the same address are one, and so are all spellings of one mailbox. `contact` is
    an address or number in its stored form, `account` a public id, `group` the pledge's: what an officer wrote down
    without a contact is its own donor.
    """
    for label, value in (("contact", contact_root(contact)), ("account", account), ("pledge", group)):
        if value:
            text = f"match-donor|{label}|{value}"
            return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
    raise ValueError("nothing says whose gift it is")


def donor_of(version: RuleVersion, identity: str) -> MatchDonor:
    """Return the donor as this version of a rule sees them; a fresh random tag the first time."""
    tag = randomness.token_bytes(32).hex()
    donor, _made = MatchDonor.objects.get_or_create(version=version, identity=identity, defaults={"tag": tag})
    return donor


def donors_forget() -> int:
    """Forget whose tags were whose, for rules that have ended and of which nothing is reserved any more; how many.

    While a rule lives it has to know whom it has matched already, also if somebody asked to be forgotten: it knows
    a keyed hash and no name. After that nobody needs it. What was drawn stands, under tags that are nobody's.
    """
    waiting = Reservation.objects.filter(status=ReservationStatus.RESERVED, version__isnull=False)
    over = RuleVersion.objects.filter(rule__status=RuleStatus.ENDED).exclude(pk__in=waiting.values("version"))
    forgotten, _by_model = MatchDonor.objects.filter(version__in=over).delete()
    return forgotten

"""The kinds of matching rules in plain words, the simplest first."""

from __future__ import annotations

from django.utils.translation import gettext as _

from frontend.forms.rules import KINDS


def kind_choices() -> list[tuple[str, tuple[str, str]]]:
    """Return (kind, (title, text)) of each kind; the titles are those of the page that tries rules out."""
    texts = {
        "proportional": _("Somebody gives a som, the pool adds one, or a half, or three."),
        "shares": _("Donors, the village and the pool together: “3×1”, “1+3”, half and half."),
        "tiers": _("How much is added goes by how much one person gives."),
        "challenge": _("A project gets a sum when enough people, or money, are there. Settled at the end of a round."),
        "quadratic": _("Many small gifts draw more than one large gift. Settled at the end of a round."),
        "lump": _("Every project gets the same. Settled at the end of a round."),
    }
    return [(kind, (str(KINDS[kind]), text)) for kind, text in texts.items()]

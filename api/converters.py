"""Parts of addresses."""

from __future__ import annotations

from birge.ids import ALPHABET, LENGTH


class PublicIdConverter:
    """A public identifier; anything else is no address of ours."""

    regex = rf"[{ALPHABET}]{{{LENGTH}}}"

    def to_python(self, value: str) -> str:
        """Keep it."""
        return value

    def to_url(self, value: str) -> str:
        """Keep it."""
        return value


class PledgeTokenConverter(PublicIdConverter):
    """The text of a signed link: a pledge's identifier and 16 characters of signature."""

    regex = rf"[{ALPHABET}]{{{LENGTH}}}-[a-z2-7]{{16}}"

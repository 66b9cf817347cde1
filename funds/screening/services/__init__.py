"""Block lists are loaded, somebody is looked up, and a person decides about a likeness."""

from .deciding import screening_decide
from .loading import blocklist_load
from .looking import hit_text, ref_of, screen, screen_again, screening_ask, screening_require

__all__ = [
    "blocklist_load",
    "hit_text",
    "ref_of",
    "screen",
    "screen_again",
    "screening_ask",
    "screening_decide",
    "screening_require",
]

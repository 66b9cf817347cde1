"""Looking for what looks like abuse, and counting attempts. What is decided about it is booked by `settlement`."""

from .counting import card_attempt_check
from .flagging import flag_lock, flag_move, flag_objected, flag_put
from .looking import origin_keep, pledge_look, watch_look_around

__all__ = [
    "card_attempt_check",
    "flag_lock",
    "flag_move",
    "flag_objected",
    "flag_put",
    "origin_keep",
    "pledge_look",
    "watch_look_around",
]

"""What is done with transfers before and after they are booked; `funds.settlement` books them."""

from .alarming import transfer_alarm
from .closing import reason_clean, transfer_close_ask, transfer_close_refuse
from .moving import step_write, transfer_lock, transfer_move, transition_check
from .preparing import (
    Route,
    lists_check,
    transfer_approve,
    transfer_prepare,
    transfer_screen,
    transfer_screen_again,
)

__all__ = [
    "Route",
    "lists_check",
    "reason_clean",
    "step_write",
    "transfer_alarm",
    "transfer_approve",
    "transfer_close_ask",
    "transfer_close_refuse",
    "transfer_lock",
    "transfer_move",
    "transfer_prepare",
    "transfer_screen",
    "transfer_screen_again",
    "transition_check",
]

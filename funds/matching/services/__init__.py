"""Money that follows money: the village's share (`village`), and the rules of pools.

Every function here is called inside the transaction of `funds.settlement` that also holds the project's row; that
lock, and the rule's, make what they reckon exact, and the guarded accounts refuse whatever a forgotten lock would let
through.
"""

from .drawing import Draw, Giver, Quote, draws_keep, rules_draw, rules_quote
from .giving import (
    matches_give,
    matches_release,
    matches_return,
    matches_split,
    matches_take_back,
    reservations_live,
    rules_lock,
)
from .rules import rule_budget_add, rule_change, rule_clean, rule_end, rule_lock, rule_of, rule_publish, rule_size_check
from .village import (
    match_draft,
    match_prolong,
    match_release,
    match_reserve,
    match_split,
    village_meet,
    village_promise,
    village_promise_end,
    village_unmeet,
)

__all__ = [
    "Draw",
    "Giver",
    "Quote",
    "draws_keep",
    "match_draft",
    "match_prolong",
    "match_release",
    "match_reserve",
    "match_split",
    "matches_give",
    "matches_release",
    "matches_return",
    "matches_split",
    "matches_take_back",
    "reservations_live",
    "rule_budget_add",
    "rule_change",
    "rule_clean",
    "rule_end",
    "rule_lock",
    "rule_of",
    "rule_publish",
    "rule_size_check",
    "rules_draw",
    "rules_lock",
    "rules_quote",
    "village_meet",
    "village_promise",
    "village_promise_end",
    "village_unmeet",
]

"""From a rule's data to the object that computes it, and to the bytes that are hashed and published."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from fractions import Fraction
from importlib import import_module
from typing import Any, TypeAlias

from .common import FIRST_COME, Common
from .fields import Fields
from .model import ProjectFacts, RuleError

Rule: TypeAlias = Common
# Where each kind lives. A module is imported with its first rule: a receipt of a 1:1 match needs no square roots.
KINDS = {
    "proportional": ("proportional", "Proportional"),
    "shares": ("shares", "Shares"),
    "tiers": ("tiers", "Tiers"),
    "challenge": ("challenge", "Challenge"),
    "quadratic": ("quadratic", "Quadratic"),
    "lump": ("lump", "Lump"),
}
ASK_WHO_CAME_FIRST = frozenset({"challenge"})  # rounds in which `when_dry` means something


def rule_parse(data: Mapping[str, Any]) -> Rule:
    """Return the rule that `data` describes (plain JSON). Raises RuleError, which names the field."""
    fields = Fields(data)
    module, name = KINDS[fields.choice("kind", tuple(KINDS))]
    kind: type[Rule] = getattr(import_module(f".{module}", __package__), name)
    rule = kind.parse(fields)
    fields.done()
    if not rule.by_gift and rule.kind not in ASK_WHO_CAME_FIRST and rule.when_dry != FIRST_COME:
        raise RuleError("when_dry", "a round shares its pool by its own formula")
    projects_parse(data)
    return rule


def projects_parse(data: Mapping[str, Any]) -> dict[str, ProjectFacts]:
    """Return what the rule's data say of projects, for simulations. Raises RuleError."""
    projects = Fields(data).inner("projects")
    if projects is None:
        return {}
    return {name: _facts(name, projects.needed(name, projects.inner(name))) for name in projects.names()}


def _facts(name: str, fields: Fields) -> ProjectFacts:
    weight = fields.fraction("weight")
    facts = ProjectFacts(
        id=name,
        category=fields.text("category") or "",
        oblast=fields.text("oblast") or "",
        village=fields.text("village") or "",
        shares=fields.amounts("shares"),
        rest=fields.amount("rest"),
        village_paid=fields.amount("village_paid") or 0,
        weight=Fraction(1) if weight is None else weight,
    )
    fields.done()
    return facts


def rule_canonical(data: Mapping[str, Any]) -> bytes:
    """Return the canonical JSON of a rule: keys sorted, no spaces, UTF-8, null left out (as in `leaf`).

    Raises RuleError for what is no plain JSON, or has floating-point numbers, which are not exact everywhere.
    """
    try:
        text = json.dumps(_plain(data, "rule"), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return text.encode()
    except RecursionError as error:
        raise RuleError("rule", "is nested too deeply") from error
    except UnicodeEncodeError as error:
        raise RuleError("rule", "half of a character") from error


def rule_digest(data: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the canonical JSON in hexadecimal: the name of exactly this version."""
    return hashlib.sha256(rule_canonical(data)).hexdigest()


def _plain(value: Any, path: str) -> Any:
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise RuleError(path, "names of fields are text")
        return {key: _plain(each, f"{path}.{key}") for key, each in value.items() if each is not None}
    if isinstance(value, list | tuple):
        return [_plain(each, f"{path}[{index}]") for index, each in enumerate(value)]
    if value is None or isinstance(value, str | bool) or type(value) is int:
        return value
    raise RuleError(path, f"{value!r:.80} is neither text, a whole number, true nor false")

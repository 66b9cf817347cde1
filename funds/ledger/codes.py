"""The codes of accounts, by what they are for. All arguments are public ids."""

from __future__ import annotations

from birge_engine.codes import DONORS, Code, account_type, parse

__all__ = [
    "DONORS",
    "Code",
    "account_type",
    "parse",
]


def bank(custodian: str) -> str:
    """Name the custodian's bank account."""
    return f"bank:{custodian}:main"


def stripe(custodian: str) -> str:
    """Name the custodian's balance at Stripe."""
    return f"stripe:{custodian}:main"


def cash_box(custodian: str) -> str:
    """Cash in the custodian's hands."""
    return f"cash:{custodian}:main"


def cash_pool(custodian: str, pool: str) -> str:
    """Cash in the hands of a pool's treasurer, until it is taken to the bank."""
    return f"cash:{custodian}:pool-{pool}"


def sandbox(custodian: str) -> str:
    """Play money; exists only in the demonstration."""
    return f"sandbox:{custodian}:main"


def transit(sender: str, receiver: str) -> str:
    """Money on its way from one custodian to another; the sender's until it has arrived."""
    return f"transit:{sender}:{receiver}"


def held_project(custodian: str, project: str) -> str:
    """Money held for a project. Guarded."""
    return f"held:{custodian}:project-{project}"


def held_pool(custodian: str, pool: str) -> str:
    """Money held in a pool. Guarded."""
    return f"held:{custodian}:pool-{pool}"


def held_rule(custodian: str, pool: str, rule: str) -> str:
    """Money of a pool set aside for one of its matching rules, out of reach of all else. Guarded."""
    return f"held:{custodian}:pool-{pool}:{rule}"


def unidentified(custodian: str) -> str:
    """Money whose purpose nobody knows yet. Guarded."""
    return f"unidentified:{custodian}:main"


def reserve(custodian: str) -> str:
    """Set aside against chargebacks. Guarded."""
    return f"reserve:{custodian}:main"


def fx(custodian: str) -> str:
    """Name what exchanges took out of one currency and put into another, of this custodian."""
    return f"fx:{custodian}:main"


def shortfall(custodian: str, project: str) -> str:
    """Name what a project lacks since money was taken back that it had spent."""
    return f"shortfall:{custodian}:project-{project}"


def advance(custodian: str, project: str) -> str:
    """Paid out, receipts still to come. Guarded."""
    return f"advance:{custodian}:project-{project}"


def spent(custodian: str, project: str, line: int | str) -> str:
    """Shown by receipts, for one line of the budget (its position)."""
    return f"spent:{custodian}:project-{project}:{line}"


def accountable(custodian: str, project: str) -> str:
    """All that was ever paid out and must be accounted for."""
    return f"accountable:{custodian}:project-{project}"


def promised(custodian: str, project: str) -> str:
    """Open promises to a project."""
    return f"promised:{custodian}:project-{project}"


def promisor() -> str:
    """Those who promise; not tied to a custodian."""
    return DONORS


def village_pool(custodian: str, project: str) -> str:
    """Name what is left of the share the village committed. Guarded."""
    return f"pool:{custodian}:village-{project}"


def village_promisor(custodian: str, project: str) -> str:
    """Name the village as the one who promised."""
    return f"promisor:{custodian}:village-{project}"


def reserved(custodian: str, project: str) -> str:
    """Name the village's share set aside for confirmed pledges."""
    return f"reserved:{custodian}:village-{project}"


def rule_pool(custodian: str, pool: str, rule: str) -> str:
    """Name what a rule of a pool still has to offer. Guarded."""
    return f"pool:{custodian}:pool-{pool}:{rule}"


def rule_promisor(custodian: str, pool: str, rule: str) -> str:
    """Name the pool as the one who promises by this rule."""
    return f"promisor:{custodian}:pool-{pool}:{rule}"


def rule_reserved(custodian: str, pool: str, rule: str) -> str:
    """Name what a rule of a pool has set aside for confirmed pledges."""
    return f"reserved:{custodian}:pool-{pool}:{rule}"

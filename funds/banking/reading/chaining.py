"""Several statements of one file: those of one account are put together if each begins where the last one ended."""

from __future__ import annotations

from itertools import pairwise

from .basics import Draft, Statement, StatementError, ordinals, same_account


def statements_of(drafts: list[Draft]) -> list[Statement]:
    """Return one statement for each account, in the order in which the accounts first stand in the file."""
    groups: list[list[Draft]] = []
    for draft in drafts:
        group = next((each for each in groups if _same(each[0], draft)), None)
        if group is None:
            groups.append([draft])
        else:
            group.append(draft)
    return [_joined(group) for group in groups]


def chosen(statements: list[Statement], account: str, currency: str = "") -> Statement:
    """Return the statement of this account (in this currency); without a name, the only one there is."""
    if not statements:
        raise StatementError("no_statement")
    named = [each for each in statements if not account or not each.account or same_account(each.account, account)]
    if not named:
        raise StatementError("other_account", account=", ".join(each.account for each in statements)[:200])
    if len(named) > 1:
        named = [each for each in named if each.currency == currency] or named
    if len(named) > 1:
        raise StatementError("several_accounts", accounts=", ".join(each.account for each in named)[:200])
    return named[0]


def _same(one: Draft, other: Draft) -> bool:
    return one.currency == other.currency and same_account(one.account, other.account)


def _joined(drafts: list[Draft]) -> Statement:
    for draft in drafts:
        draft.covers(*(line.day for line in draft.lines))
        draft.balance_check()
    problems = [problem for draft in drafts for problem in draft.problems]
    ordered, gap = _ordered(drafts)
    if gap is not None:
        problems.append(gap)
    whole = ordered[0]
    for draft in ordered[1:]:
        whole.covers(draft.first_day, draft.last_day)
    return Statement(
        format=whole.format, account=whole.account, currency=whole.currency,
        opening_minor=whole.opening_minor, closing_minor=ordered[-1].closing_minor,
        first_day=whole.first_day, last_day=whole.last_day,
        lines=ordinals(line for draft in ordered for line in draft.lines),
        problems=tuple(problems), currency_stated=whole.currency_stated,
        warnings=tuple(warning for draft in ordered for warning in draft.warnings),
    )  # fmt: skip


def _ordered(drafts: list[Draft]) -> tuple[list[Draft], StatementError | None]:
    """Put them in the order in which they follow one another: as written, backwards, or by their days."""
    by_day = sorted(drafts, key=lambda draft: (draft.first_day is not None, draft.first_day, draft.last_day))
    for order in (drafts, drafts[::-1], by_day):
        broken = _gap(order)
        if broken is None:
            return order, None
    return drafts, _gap(drafts)


def _gap(drafts: list[Draft]) -> StatementError | None:
    for before, after in pairwise(drafts):
        if None in (before.closing_minor, after.opening_minor):
            continue  # a balance in another currency says nothing
        if before.closing_minor != after.opening_minor:
            ends, begins = before.closing_minor or 0, after.opening_minor or 0
            return StatementError("gap_inside", after.at_line, before=ends, after=begins, currency=after.currency)
    return None

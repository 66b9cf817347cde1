"""Whatever anyone tries to post, sound or not: what is taken balances, nothing is overdrawn, and the books agree.

Beside the ledger runs a model of it, a few lines of plain Python, that must come to the same sums.
"""

from collections import defaultdict

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from birge.errors import Conflict, InsufficientFunds
from funds.ledger import codes
from funds.ledger.balances import balances_of
from funds.ledger.checks import check_ledger
from funds.ledger.drafts import mirror
from funds.ledger.kinds import ACCOUNT_TYPES, OPENS, SHAPES, EntryKind
from funds.ledger.models import Account, Entry, Posting
from funds.ledger.posting import AccountKey, EntryDraft, Leg, MalformedEntry, written
from tests.factories.ledger import CUSTODIAN, OTHER, PROJECT, K, posted

pytestmark = pytest.mark.django_db
PURPOSES = {"held": ["project-BBBB3333", "project-DDDD5555", "pool-EEEE6666"], "transit": [OTHER]}
VILLAGE = f"village-{PROJECT}"
amounts = st.integers(1, 50)


def code_of(name, choice, custodian):
    """Return an account of this type; which purpose, `choice` says."""
    if name == "promisor":
        return codes.DONORS if choice % 2 else f"promisor:{custodian}:{VILLAGE}"
    if name in ("pool", "reserved"):
        return f"{name}:{custodian}:{VILLAGE}"
    if name in ("held", "transit"):
        return f"{name}:{custodian}:{PURPOSES[name][choice % len(PURPOSES[name])]}"
    if name in ("bank", "stripe", "cash", "sandbox", "fx", "unidentified", "reserve"):
        return f"{name}:{custodian}:main"
    line = ":1" if name == "spent" else ""
    return f"{name}:{custodian}:project-{PROJECT}{line}"


@st.composite
def drafts(draw):
    """Draw a draft of any kind: mostly of its shape, on few accounts, so that they meet; what it ends comes later."""
    kind = draw(st.sampled_from([kind for kind in EntryKind if kind != K.ENTRY_REVERSED]))
    shape = SHAPES[kind]
    choice, custodian = draw(st.integers(0, 5)), draw(st.sampled_from([CUSTODIAN, CUSTODIAN, OTHER]))
    legs = []
    for part in shape.parts:
        amount = draw(amounts)
        for side, sign in ((part.debit, +1), (part.credit, -1)):
            name = draw(st.sampled_from(sorted(side)))
            where = choice + (shape.purposes > 1 and sign < 0)
            legs.append((code_of(name, where, custodian), sign * amount))
    currency = draw(st.sampled_from(["KGS", "KGS", "KGS", "USD"]))
    if draw(st.integers(0, 9)) == 0:  # now and then something is wrong
        at = draw(st.integers(0, len(legs) - 1))
        legs[at] = (code_of(draw(st.sampled_from(sorted(ACCOUNT_TYPES))), choice, custodian), draw(st.integers(-5, 5)))
    return EntryDraft(kind, [Leg(AccountKey(code, currency), amount) for code, amount in legs])


acts = st.lists(st.tuples(st.lists(drafts(), min_size=1, max_size=3), st.integers(0, 99)), max_size=12)


def completed(draft, dice):
    """Let a draft name an entry that it could end, with the amounts to take back, if there is one."""
    ends = Entry.objects.filter(kind__in=SHAPES[draft.kind].resolves).order_by("outbox__id")
    if not ends or dice % 5 == 0:
        return draft
    entry = ends[dice % len(ends)]
    if entry.kind in OPENS and len(draft.legs) == 2:
        opened = written(entry).legs
        if {codes.parse(leg.account.code).type for leg in opened} >= {OPENS[entry.kind]}:
            back = next(leg for leg in mirror(opened) if codes.parse(leg.account.code).type == OPENS[entry.kind])
            other = next((leg for leg in draft.legs if leg.amount * back.amount < 0), None)
            if other is not None:
                legs = [back, Leg(AccountKey(other.account.code, back.account.currency), -back.amount)]
                return EntryDraft(draft.kind, legs, resolves=entry.pk)
    return EntryDraft(draft.kind, draft.legs, resolves=entry.pk)


def correction(dice):
    entries = Entry.objects.order_by("outbox__id")
    if not entries:
        return []
    entry = entries[dice % len(entries)]
    both = [entry, entry.resolves] if entry.resolves_id and dice % 2 else [entry]
    return [EntryDraft(K.ENTRY_REVERSED, mirror(written(each).legs), reverses=each.pk) for each in both]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts)
def test_whatever_is_tried_the_books_agree(acts):
    with transaction.atomic():  # the examples share one database
        _history(acts)
        transaction.set_rollback(True)


def _history(acts):
    model = defaultdict(int)
    for wanted, dice in acts:
        tried = correction(dice) if dice % 4 == 0 else [completed(draft, dice) for draft in wanted]
        before = Entry.objects.count()
        try:
            entries = posted(*tried)
        except (MalformedEntry, InsufficientFunds, Conflict):
            assert Entry.objects.count() == before
            continue
        assert len(entries) == len(tried)
        for leg in (leg for draft in tried for leg in draft.legs):
            model[leg.account.code, leg.account.currency] += leg.amount
    sums = defaultdict(int)
    for posting in Posting.objects.select_related("account"):
        sums[posting.account.code, posting.currency] += posting.amount
    assert {key: amount for key, amount in sums.items() if amount} == {key: at for key, at in model.items() if at}
    guarded = {each.code for each in Account.objects.filter(guarded=True)}
    assert all(each.amount >= 0 for each in balances_of(Account.objects.all()) if each.code in guarded)
    assert [fault for fault in check_ledger() if fault.check not in ("promises", "spending")] == []

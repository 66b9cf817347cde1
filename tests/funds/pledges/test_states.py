"""Every step between two statuses of a pledge is either in the table and recorded, or refused and nothing changes."""

import itertools
import uuid

import pytest

from birge import clock
from birge.errors import RuleNotMet
from funds.pledges.models import Pledge, PledgeTransition
from funds.pledges.services import pledge_move
from funds.pledges.states import ALLOWED, PledgeStatus
from tests.factories.funds import open_village_project, pledge

IN_LEDGER = {"confirmed", "due", "collected", "refunded"}


def pledge_in(status: PledgeStatus) -> Pledge:
    """Return a pledge set to `status` beside the services, with the facts its constraints ask for."""
    made = pledge(open_village_project().project)
    Pledge.objects.filter(pk=made.pk).update(
        status=status,
        entry_id=uuid.uuid4() if status in IN_LEDGER else None,
        confirmed_at=clock.now() if status in IN_LEDGER else None,
        collected_minor=1 if status in {"collected", "refunded"} else None,
    )
    made.refresh_from_db()
    return made


def facts_for(to: PledgeStatus) -> dict[str, object]:
    """Return what a pledge must know to be in status `to`."""
    facts: dict[str, object] = {}
    if to in IN_LEDGER:
        facts |= {"entry_id": uuid.uuid4(), "confirmed_at": clock.now()}
    facts["collected_minor"] = 1 if to in {"collected", "refunded"} else None
    return facts


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "after"), list(itertools.product(PledgeStatus, PledgeStatus)))
def test_the_matrix_of_steps(before, after):
    moving = pledge_in(before)
    rows = PledgeTransition.objects.filter(pledge=moving).count()
    if after in ALLOWED[before]:
        pledge_move(moving, after, reason="matrix", **facts_for(after))
        last = PledgeTransition.objects.filter(pledge=moving).latest("id")
        assert (last.from_status, last.to_status, last.reason) == (before, after, "matrix")
    else:
        with pytest.raises(RuleNotMet) as refusal:
            pledge_move(moving, after, **facts_for(after))
        assert refusal.value.code == "transition"
        assert Pledge.objects.get(pk=moving.pk).status == before
        assert PledgeTransition.objects.filter(pledge=moving).count() == rows


def test_every_status_has_its_row_in_the_table():
    assert set(ALLOWED) == set(PledgeStatus)


def test_ended_pledges_never_move_again():
    assert not any(ALLOWED[status] for status in (PledgeStatus.REFUNDED, PledgeStatus.WITHDRAWN, PledgeStatus.LAPSED))

"""Administrators decide at the same moment, on PostgreSQL with real threads: one of them is too late."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from birge.accounts.models import User
from birge.errors import Conflict
from birge.organisations.models import OfficeRequest, Organisation, Role, Term
from birge.organisations.services import (
    join_approve,
    join_ask,
    member_admit,
    office_request_approve,
    organisation_verify,
    terms_approve,
    terms_ask,
)
from tests.factories.associations import association, words
from tests.factories.funds import aimak_and_village, factor, person
from tests.factories.organisations import acting_for, administrator, applied, asked, seated

# SQLite lets one writer in at a time
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]
ROUNDS = 5


def all_at_once(acts: list[Callable[[], object]]) -> list[object]:
    """Run the acts in a thread each, started together; return results or the refusals raised, in order."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            start.wait(timeout=30)
            return act()
        except Conflict as refusal:  # RuleNotMet is one
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=len(acts)) as pool:
        return [done.result(timeout=60) for done in [pool.submit(run, act) for act in acts]]


def codes(results: list[object]) -> list[str]:
    return sorted(getattr(result, "code", "done") for result in results)


def approving(request: OfficeRequest) -> Callable[[], object]:
    decider = administrator()
    return lambda: office_request_approve(
        request=OfficeRequest.objects.get(pk=request.pk), actor=decider, proof=factor(decider)
    )


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_person_does_not_come_to_two_sides(_round):
    somebody = person()
    village, association = acting_for(Role.HEAD), acting_for(Role.SIGNATORY)
    requests = [
        asked(where, role=role, person=somebody, actor=administrator())
        for where, role in ((village, Role.HEAD), (association, Role.SIGNATORY))
    ]
    assert codes(all_at_once([approving(request) for request in requests])) == ["done", "two_sides"]
    assert Term.objects.filter(user=somebody).count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_seat_is_given_once(_round):
    village, asker = acting_for(Role.HEAD), administrator()
    requests = [asked(village, role=Role.HEAD, person=person(), actor=asker) for _each in range(4)]
    results = codes(all_at_once([approving(request) for request in requests]))
    assert results == ["done", "seat_held", "seat_held", "seat_held"]


def test_one_request_is_decided_once():
    request = asked(acting_for(Role.HEAD), role=Role.HEAD, actor=administrator())
    assert codes(all_at_once([approving(request) for _each in range(4)])) == ["done", *["transition"] * 3]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_place_gets_one_administration(_round):
    place = aimak_and_village()[0]

    def verifying(where: Organisation) -> Callable[[], object]:
        decider = administrator()
        return lambda: organisation_verify(
            organisation=where, actor=decider, proof=factor(decider), reason="The charter is in order."
        )

    results = codes(all_at_once([verifying(applied(place=place)) for _each in range(4)]))
    assert results == ["done", "place_taken", "place_taken", "place_taken"]


def test_members_who_come_together_get_a_seat_each():
    association = acting_for(Role.CHAIR)
    chair = seated(association, Role.CHAIR).user

    def admitting(newcomer) -> Callable[[], object]:
        return lambda: member_admit(organisation=association, person=newcomer, actor=chair)

    results = all_at_once([admitting(person()) for _each in range(8)])
    assert sorted(term.office.seat for term in results) == list(range(1, 9))


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_text_is_asked_for_and_agreed_to_once(_round):
    ours = association()
    acts = [lambda: terms_ask(organisation=ours.organisation, actor=ours.chair, **words()) for _each in range(3)]
    assert codes(all_at_once(acts)) == ["already_asked", "already_asked", "done"]
    terms = ours.organisation.terms_of_reference.get()

    def agreeing(actor: User) -> Callable[[], object]:
        return lambda: terms_approve(terms=terms, actor=actor, proof=factor(actor))

    results = codes(all_at_once([agreeing(actor) for actor in ours.signatories]))
    assert results == ["done", "transition", "transition"]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_somebody_who_asked_is_admitted_once_by_whichever_way(_round):
    ours, somebody = association(), person()
    request = join_ask(organisation=ours.organisation, person=somebody)
    acts: list[Callable[[], object]] = [
        lambda: join_approve(request=request, actor=ours.chair),
        lambda: join_approve(request=request, actor=ours.chair),
        lambda: member_admit(organisation=ours.organisation, person=somebody, actor=ours.chair),
    ]
    results = codes(all_at_once(acts))
    assert results.count("done") == 1
    assert set(results) <= {"done", "transition", "held_already"}
    assert Term.objects.filter(user=somebody).count() == 1

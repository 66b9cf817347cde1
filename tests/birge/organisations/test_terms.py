"""Terms of reference: one who leads writes them, another who signs agrees, and older versions stay."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from birge import clock
from birge.audit.models import AuditRecord
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet, SecondFactorRequired
from birge.organisations.models import OrganisationStatus, Role, Term, TermsAgreement, TermsOfReference
from birge.organisations.selectors import members, signers, terms_agreed, terms_asked, terms_now
from birge.organisations.services import terms_approve, terms_ask, terms_refuse
from tests.factories.associations import association, terms_of, words
from tests.factories.funds import factor, notices, person
from tests.factories.organisations import acting_for, administrator, everything_kept, papers, seated

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours():
    return association()


def ask(where, actor=None, **changes):
    return terms_ask(organisation=where.organisation, actor=actor or where.chair, **words(**changes))


def kept():
    return everything_kept() | {"terms_of_reference": list(TermsOfReference.objects.order_by("pk").values())}


def refused(error, run, *, code="", field=""):
    before = kept()
    with pytest.raises(error) as refusal:
        run()
    assert kept() == before
    if code:
        assert refusal.value.code == code
    if field:
        assert refusal.value.field == field
    return refusal.value


def agree(terms, actor):
    return terms_approve(terms=terms, actor=actor, proof=factor(actor))


def test_they_count_once_another_person_who_signs_has_agreed(ours):
    asked = ask(ours)
    assert (terms_now(ours.organisation), terms_asked(ours.organisation)) == (None, asked)
    agreed = agree(asked, ours.signatories[0])
    assert (terms_now(ours.organisation), terms_asked(ours.organisation)) == (agreed, None)
    assert (agreed.version, agreed.decided_by, agreed.factor_method) == (1, ours.signatories[0], "totp")
    assert list(AuditRecord.objects.filter(action__startswith="terms_").values_list("action", "object_ref")) == [
        ("terms_approve", f"{ours.organisation.public_id}:1"),
        ("terms_ask", f"{ours.organisation.public_id}:1"),
    ]


def test_who_signs_is_told_first_and_then_everyone_who_belongs(ours):
    asked = ask(ours)
    others = [ours.treasurer, *ours.signatories]
    assert {notice.to for notice in notices("terms_asked")} == {one.email for one in others}
    agree(asked, ours.treasurer)
    told = {notice.to for notice in notices("terms_approved")}
    assert told == {one.email for one in [ours.chair, *ours.signatories, *ours.members]}


def test_a_new_text_is_another_version_and_the_old_one_stays(ours):
    first = terms_of(ours)
    second = ask(ours, text="Решаем все вместе.", how="vote", needed_above=6)
    assert terms_now(ours.organisation) == first, "what is only asked for does not count"
    for one in (ours.treasurer, *ours.signatories[:2]):
        assert terms_now(ours.organisation) == first
        agree(second, one)
    assert terms_now(ours.organisation).version == 2
    assert [each.text for each in terms_agreed(ours.organisation)] == ["Решаем все вместе.", first.text]


def test_a_refusal_says_why_and_leaves_what_was_in_force(ours):
    first = terms_of(ours)
    refusal = terms_refuse(terms=ask(ours), actor=ours.treasurer, reason=" Слишком мало подписей. ")
    assert (refusal.status, refusal.decision_reason) == ("refused", "Слишком мало подписей.")
    assert terms_now(ours.organisation) == first
    assert [notice.to for notice in notices("terms_refused")] == [ours.chair.email]
    assert ask(ours).version == 3, "numbers are not used twice"


def test_a_matching_donors_managers_write_and_agree_among_themselves():
    donor = acting_for(Role.DONOR_MANAGER)
    one, other = (seated(donor, Role.DONOR_MANAGER, seat=seat).user for seat in (1, 2))
    asked = terms_ask(organisation=donor, actor=one, **words(needed_above=1))
    refused(NotAllowed, lambda: agree(asked, one), code="same_person")
    assert agree(asked, other).status == "approved"


@pytest.mark.parametrize("who", ["treasurer", "signatory", "member", "stranger", "administrator", "another chair"])
def test_only_who_leads_writes(ours, who):
    people = {
        "treasurer": ours.treasurer,
        "signatory": ours.signatories[0],
        "member": ours.members[0],
        "stranger": person(factor_enrolled=True),
        "administrator": administrator(),
        "another chair": association().chair,
    }
    refused(NotAllowed, lambda: ask(ours, actor=people[who]))


@pytest.mark.parametrize("who", ["chair", "member", "stranger", "administrator", "another treasurer"])
def test_only_another_person_who_signs_decides(ours, who):
    asked = ask(ours)
    people = {
        "chair": ours.chair,
        "member": ours.members[0],
        "stranger": person(factor_enrolled=True),
        "administrator": administrator(),
        "another treasurer": association().treasurer,
    }
    refused(NotAllowed, lambda: terms_approve(terms=asked, actor=people[who], proof=factor(people[who])))
    refused(NotAllowed, lambda: terms_refuse(terms=asked, actor=people[who], reason="No."))


def test_agreeing_takes_a_fresh_second_factor_of_ones_own(ours):
    asked = ask(ours)
    old = factor(ours.treasurer)
    with clock.moved_to(clock.now() + dt.timedelta(minutes=6)):
        refused(SecondFactorRequired, lambda: terms_approve(terms=asked, actor=ours.treasurer, proof=old))
    for proof in (None, factor(ours.chair)):
        refused(SecondFactorRequired, lambda proof=proof: terms_approve(terms=asked, actor=ours.treasurer, proof=proof))


def test_what_is_decided_is_not_decided_again(ours):
    agreed = terms_of(ours)
    refused(RuleNotMet, lambda: agree(agreed, ours.signatories[0]), code="transition")
    refused(RuleNotMet, lambda: terms_refuse(terms=agreed, actor=ours.signatories[0], reason="No."), code="transition")


def test_one_text_waits_at_a_time(ours):
    ask(ours)
    refused(Conflict, lambda: ask(ours), code="already_asked")


def test_one_person_alone_agrees_on_nothing():
    lonely = association(signatories=0, members=9)
    Term.objects.filter(user=lonely.treasurer).update(status="ended")
    refused(RuleNotMet, lambda: ask(lonely, how="vote", needed_above=2), code="nobody_else")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"needed_above": 5}, "needed_above"),  # five sign, and one of them proposes
        ({"needed_below": 5, "needed_above": 5}, "needed_below"),
        ({"how": "vote", "needed_above": 7}, "needed_above"),  # seven belong
        ({"needed_below": 0}, "needed_below"),
        ({"needed_below": 3, "needed_above": 2}, "needed_above"),
        ({"text": " \n "}, "text"),
        ({"text": "а" * 20_001}, "text"),
        ({"how": "lots"}, "how"),
        ({"language": "de"}, "language"),
        ({"currency": "ZZZ"}, "currency"),
        ({"threshold_minor": -1}, "threshold_minor"),
        ({"threshold_minor": 10**15 + 1}, "threshold_minor"),
        ({"days_to_decide": 0}, "days_to_decide"),
        ({"days_to_decide": 61}, "days_to_decide"),
    ],
)
def test_what_could_never_work_is_refused_at_its_field(ours, changes, field):
    refused(InvalidInput, lambda: ask(ours, **changes), field=field)


@pytest.mark.parametrize("changes", [{"needed_above": 4}, {"how": "vote", "needed_above": 6}, {"threshold_minor": 0}])
def test_as_many_as_there_are_besides_who_proposes_may_be_needed(ours, changes):
    assert ask(ours, **changes).version == 1


def test_numbers_are_looked_at_again_when_somebody_agrees(ours):
    asked = ask(ours, needed_above=4)
    Term.objects.filter(user=ours.signatories[0]).update(status="ended")
    assert refused(RuleNotMet, lambda: agree(asked, ours.treasurer), code="too_many").data == {"most": 3}


def test_a_paper_must_be_ones_own_to_show(ours):
    foreign = papers(person())
    refused(InvalidInput, lambda: ask(ours, paper=foreign), field="paper")
    paper = papers(ours.chair, ours.organisation)
    assert ask(ours, paper=paper).paper == paper


def test_an_organisation_that_is_stopped_agrees_on_nothing(ours):
    asked = ask(ours)
    ours.organisation.status = OrganisationStatus.SUSPENDED
    ours.organisation.save()
    asked.refresh_from_db()
    refused(NotAllowed, lambda: agree(asked, ours.treasurer))


def test_nobody_counts_twice_however_many_offices_they_hold(ours):
    seated(ours.organisation, Role.MEMBER, who=ours.chair, seat=90)
    seated(ours.organisation, Role.SIGNATORY, who=ours.treasurer, seat=91)
    assert (signers(ours.organisation).count(), members(ours.organisation).count()) == (5, 7)


def test_the_database_itself_refuses_one_person_alone(ours):
    asked = ask(ours)
    with pytest.raises(IntegrityError), transaction.atomic():
        TermsOfReference.objects.filter(pk=asked.pk).update(status="approved", decided_by=ours.chair)


def test_two_cannot_undo_what_three_protect(ours):
    terms_of(ours, needed_above=3)
    easier = ask(ours, needed_above=1)
    assert easier.agreements_needed == 3
    agree(easier, ours.treasurer)
    assert terms_now(ours.organisation).needed_above == 3
    refused(Conflict, lambda: agree(easier, ours.treasurer), code="answered")
    agree(easier, ours.signatories[0])
    assert terms_now(ours.organisation).needed_above == 3
    agree(easier, ours.signatories[1])
    assert terms_now(ours.organisation).needed_above == 1


def test_a_yes_of_somebody_who_signs_no_more_does_not_count(ours):
    terms_of(ours, needed_above=2)
    asked = ask(ours, needed_above=1)
    agree(asked, ours.signatories[0])
    Term.objects.filter(user=ours.signatories[0]).update(status="ended")
    agree(asked, ours.treasurer)
    assert terms_now(ours.organisation).needed_above == 2
    agree(asked, ours.signatories[1])
    assert terms_now(ours.organisation).needed_above == 1


def test_no_more_are_asked_for_than_there_are(ours):
    terms_of(ours, how="vote", needed_above=6)
    assert ask(ours).agreements_needed == 4


def test_a_yes_once_given_is_neither_changed_nor_removed(ours):
    terms_of(ours)
    for act in (lambda rows: rows.update(factor_method="x"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act(TermsAgreement.objects.all())

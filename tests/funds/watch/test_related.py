"""Scenario 27: who earns from a project, or decides on it, may give to it; nothing follows such a gift."""

import pytest

from birge.errors import InvalidInput, NotAllowed, RuleNotMet, SecondFactorRequired
from birge.notifications.models import Notice
from birge.notifications.services import Contact
from birge_engine.verify import cli
from funds.ledger.models import Entry
from funds.ledger.publishing import archive_write
from funds.ledger.sequencing import sequence_all
from funds.matching.rule_selectors import matched_minor
from funds.matching.selectors import match_of
from funds.pledges.models import PledgeRelation
from funds.pledges.services import pledge_erase_person
from funds.pledges.tokens import pledge_token
from funds.settlement.services import flag_agree, flag_decide, flag_disagree, flag_object
from funds.watch.models import Flag
from funds.watch.selectors import related_kinds
from funds.watch.services import watch_look_around
from tests.factories import funds as make
from tests.factories.matching import ONE_TO_ONE, published
from tests.factories.watching import confirmed_of, decided

pytestmark = pytest.mark.django_db
SUPPLIER = {"related": "supplier", "related_words": "ОсОО «Свет», фонари"}


@pytest.fixture
def world():
    made = make.open_village_project(donors=10_000_00, village=4_000_00, matching=6_000_00)
    published(made.custodian, ONE_TO_ONE, amount=3_000_00)
    return made


def heads_own(world):
    return confirmed_of(world, contact=Contact("email", world.head.email.upper()))


def verified(signer, settings, tmp_path, capsys):
    """Sign what there is, and let anybody compute it once more; return what was found."""
    settings.LEDGER_EXPORTS = tmp_path / "exports"
    sequence_all(signer=signer)
    status = cli.main([str(archive_write())])
    return status, capsys.readouterr().out


def test_scenario_27_a_supplier_that_says_so_gives_and_draws_no_match(world):
    pledge = confirmed_of(world, 500_00, **SUPPLIER)
    assert (match_of(pledge.public_id), matched_minor(world.project)) == (0, 0)
    assert Entry.objects.get(pk=pledge.entry_id).leaf.decode().count('"rule":"related-0"') == 1
    assert related_kinds(world.project) == ["supplier"]
    assert Flag.objects.count() == 0, "who says so is no suspect"
    make.pay(world, pledge)
    assert matched_minor(world.project) == 0


def test_scenario_27_a_heads_pledge_is_found_and_its_match_is_taken_away_by_two(world):
    pledge = heads_own(world)
    assert (match_of(pledge.public_id), matched_minor(world.project)) == (500_00, 500_00)
    (flag,) = Flag.objects.all()
    assert (flag.kind, flag.reasons, flag.status) == ("related", {"office": 1}, "open")
    asked = flag_decide(flag=flag, actor=world.officer, decision="office", reason="Это глава")
    assert matched_minor(world.project) == 500_00, "one officer alone takes nothing away"
    with pytest.raises(NotAllowed):
        flag_agree(flag=asked, actor=world.officer, proof=make.factor(world.officer))
    with pytest.raises(SecondFactorRequired):
        flag_agree(flag=asked, actor=world.second_officer, proof=None)
    flag_agree(flag=asked, actor=world.second_officer, proof=make.factor(world.second_officer))
    pledge.refresh_from_db()
    assert (pledge.related, pledge.status) == ("office", "confirmed"), "the promise itself stands"
    assert (match_of(pledge.public_id), matched_minor(world.project)) == (0, 0)
    assert Notice.objects.filter(template="watch_related").count() == 1


def test_scenario_27_after_work_began_only_the_note_is_left(world):
    pledge = heads_own(world)
    make.pay(world, pledge)
    world.project.status = "under_way"
    world.project.save(update_fields=["status"])
    decided(world, Flag.objects.get(), "office")
    assert matched_minor(world.project) == 500_00
    assert related_kinds(world.project) == ["office"]


def test_what_was_given_while_it_raises_goes_back_to_the_rule(world):
    pledge = heads_own(world)
    make.pay(world, pledge)
    assert matched_minor(world.project) == 500_00
    decided(world, Flag.objects.get(), "office")
    assert (match_of(pledge.public_id), matched_minor(world.project)) == (0, 0)


def test_a_supplier_is_found_by_a_receipt_that_names_it():
    world = make.open_village_project(donors=1_000_00, village=0)
    make.pay(world, confirmed_of(world, 1_000_00, credit_choice="group", credit_line="ЖЧК Жарык"))
    world.project.refresh_from_db()
    make.project_start(project=world.project, actor=world.head)
    assert Flag.objects.count() == 0
    make.receipt(world, make.released(world), supplier="ОсОО «ЖАРЫК»")
    watch_look_around()
    assert Flag.objects.get().reasons == {"supplier": 1}


def test_it_is_nothing_needs_one_officer_and_a_reason(world):
    heads_own(world)
    flag = Flag.objects.get()
    with pytest.raises(InvalidInput):
        flag_decide(flag=flag, actor=world.officer, decision="nothing", reason=" ")
    with pytest.raises(InvalidInput):
        flag_decide(flag=flag, actor=world.officer, decision="one_donor", reason="Не подходит")
    with pytest.raises(NotAllowed):
        flag_decide(flag=flag, actor=world.head, decision="nothing", reason="Я сам")
    done = flag_decide(flag=flag, actor=world.officer, decision="nothing", reason="Однофамилец")
    assert done.status == "decided"
    assert matched_minor(world.project) == 500_00
    watch_look_around()
    assert Flag.objects.get().status == "decided", "the same is not asked twice"


def test_who_does_not_agree_leaves_it_open(world):
    heads_own(world)
    asked = flag_decide(flag=Flag.objects.get(), actor=world.officer, decision="office", reason="Глава")
    again = flag_disagree(flag=asked, actor=world.second_officer, reason="Ушёл в марте")
    assert (again.status, again.decision, again.decided_by) == ("open", "", None)
    with pytest.raises(RuleNotMet):
        flag_agree(flag=again, actor=world.second_officer, proof=make.factor(world.second_officer))
    assert list(again.steps.values_list("step", flat=True)) == ["found", "decided", "disagreed"]


def test_a_donor_who_objects_is_heard_and_gets_what_is_still_there(world):
    pledge = heads_own(world)
    decided(world, Flag.objects.get(), "office")
    again = flag_object(token=pledge_token(pledge), words="Я уже не глава")
    assert again.status == "open"
    assert matched_minor(world.project) == 0, "what was decided holds until they say otherwise"
    flag_decide(flag=again, actor=world.second_officer, decision="nothing", reason="Правда")
    pledge.refresh_from_db()
    assert pledge.related == ""
    assert (match_of(pledge.public_id), matched_minor(world.project)) == (500_00, 500_00)


def test_who_and_what_is_private_and_can_be_forgotten(world):
    pledge = confirmed_of(world, **SUPPLIER)
    assert PledgeRelation.objects.get().words == SUPPLIER["related_words"]
    pledge_erase_person(pledge=pledge)
    assert not PledgeRelation.objects.exists()
    assert related_kinds(world.project) == ["supplier"]


def test_yes_needs_a_few_words_and_the_same_form_twice_is_one_promise(world):
    with pytest.raises(InvalidInput) as refused:
        make.pledge(world.project, related="supplier")
    assert refused.value.field == "related_words"
    request = make.pledge_request(world.project, **SUPPLIER)
    assert make.pledge_make(**request).pk == make.pledge_make(**request).pk


def test_a_remainder_is_of_the_same_party(world):
    pledge = confirmed_of(world, 500_00, **SUPPLIER)
    make.pay(world, pledge, 200_00)
    assert set(world.project.pledges.values_list("related", flat=True)) == {"supplier"}
    assert matched_minor(world.project) == 0


def test_anyone_computes_the_same_of_declared_decided_and_undone(world, signer, settings, tmp_path, capsys):
    confirmed_of(world, 300_00)
    paid = confirmed_of(world, 700_00, **SUPPLIER)
    pledge = heads_own(world)
    decided(world, Flag.objects.get(), "office")
    make.pay(world, paid)
    confirmed_of(world, 200_00)
    again = flag_object(token=pledge_token(pledge), words="Я уже не глава")
    flag_decide(flag=again, actor=world.officer, decision="nothing", reason="Правда")
    make.pay(world, pledge)
    status, said = verified(signer, settings, tmp_path, capsys)
    assert status == 0, said

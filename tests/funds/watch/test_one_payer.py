"""Scenario 26: one payer split into many, to farm a match for each head."""

import datetime as dt
import json

import pytest
import time_machine

from birge import clock
from birge.notifications.models import Notice
from birge.notifications.services import Contact
from birge_engine.verify import cli
from funds.banking.models import BankLine
from funds.ledger.publishing import archive_write
from funds.ledger.sequencing import sequence_all
from funds.matching.models import Given
from funds.matching.rule_selectors import matched_minor
from funds.pledges.models import Pledge
from funds.settlement.services import flag_decide
from funds.watch.models import CardMark, Flag, OriginSalt, PledgeOrigin, SameDonor
from funds.watch.origins import Origin, origin_hash, origins_forget
from funds.watch.services import origin_keep, pledge_look, watch_look_around
from tests.factories import cards
from tests.factories import funds as make
from tests.factories.matching import published
from tests.factories.reconciling import line, stated, tie
from tests.factories.rounds import a_round
from tests.factories.statements import account_at_bank
from tests.factories.watching import decided, sybil

pytestmark = pytest.mark.django_db
PER_HEAD = {"kind": "proportional", "rate": "1", "cap_per_donor": "150"}


@pytest.fixture
def world():
    made = make.open_village_project(donors=10_000_00, village=0, matching=6_000_00)
    published(made.custodian, PER_HEAD, amount=6_000_00)
    return made


def test_scenario_26_forty_promises_of_one_payer_get_what_one_gets(world, signer, settings, tmp_path, capsys):
    for n in range(40):
        sybil(world, n)
    assert matched_minor(world.project) == 40 * 100_00, "each looked like somebody else"
    (flag,) = Flag.objects.all()
    assert (flag.kind, flag.reasons["mailboxes"], flag.pledges.count()) == ("one_payer", 40, 40)
    assert Given.objects.count() == 0, "it is flagged before the first match is given"
    decided(world, flag, "one_donor")
    assert matched_minor(world.project) == 150_00, "what one donor gets"
    assert world.project.pledges.filter(status="confirmed").count() == 40, "the promises stand"
    assert Notice.objects.filter(template="watch_one_donor").count() == 40
    sybil(world, 41)
    assert matched_minor(world.project) == 150_00 + 100_00, "a fortieth face is new again until somebody looks"
    flag.refresh_from_db()
    assert (flag.status, flag.pledges.count()) == ("open", 41)
    decided(world, flag, "one_donor")
    assert matched_minor(world.project) == 150_00
    make.pay(world, Pledge.objects.order_by("id").first())
    settings.LEDGER_EXPORTS = tmp_path / "exports"
    sequence_all(signer=signer)
    assert cli.main([str(archive_write())]) == 0, capsys.readouterr().out


def test_three_promises_are_enough_to_be_looked_at_and_two_are_not(world):
    sybil(world, 1)
    sybil(world, 2)
    assert Flag.objects.count() == 0
    sybil(world, 3)
    assert Flag.objects.get().status == "open"


def test_one_officer_and_a_reason_say_that_it_is_a_family(world):
    for n in range(3):
        sybil(world, n, origin="203.0.113.7", contact=Contact("email", f"{'abc'[n] * 5}@example.org"))
    flag = Flag.objects.get()
    assert flag.reasons == {"origin": 3}
    flag_decide(flag=flag, actor=world.officer, decision="nothing", reason="Одна семья")
    assert matched_minor(world.project) == 300_00


def test_different_browsers_behind_one_address_are_different_people(world):
    for n, agent in enumerate(["Firefox", "Chrome", "Opera"]):
        made = make.pledge(world.project, 100_00, contact=Contact("email", f"{agent}@example.org"))
        origin_keep(made, Origin("203.0.113.7", agent))
        make.confirm(made)
        assert Flag.objects.count() == 0, n


def test_numbers_bought_together_look_like_one_payer(world):
    for n in range(3):
        sybil(world, n, contact=Contact("sms", f"+9967005551{n}{n}"))
    assert Flag.objects.get().reasons == {"phones": 3}


def test_spellings_of_one_mailbox_are_one_donor_already_and_are_flagged(world):
    for n, address in enumerate(["aida.b@gmail.com", "a.idab@gmail.com", "aidab+3@gmail.com"]):
        sybil(world, n, contact=Contact("email", address))
    assert matched_minor(world.project) == 150_00
    assert Flag.objects.get().reasons == {"mailboxes": 3}


def test_the_same_sender_at_the_bank_is_seen_when_the_statement_comes(world):
    people = [sybil(world, n, contact=make.contact()) for n in range(2)]
    assert Flag.objects.count() == 0
    account = account_at_bank(world.custodian)
    told = [line(100_00, name="Асанова  Айгүл", account="1290000000000001", number=str(n)) for n in range(2)]
    for known, pledge in zip(stated(account, *told), people, strict=True):
        tie(known, make.record(world, pledge))
    watch_look_around()
    BankLine.objects.get(payment_ref=make.Payment.objects.first().public_id)
    for pledge in people:
        pledge_look(pledge)
    assert Flag.objects.get().reasons == {"bank_sender": 2}


def test_the_same_card_for_two_donors_is_seen(world, settings, monkeypatch):
    people = [sybil(world, n, contact=make.contact()) for n in range(2)]
    with cards.running(settings, monkeypatch) as double:
        cards.account(world.custodian)
        for pledge in people:
            cards.paid_at_stripe(double, pledge)
        for event in double.events:
            thing = event["data"]["object"]
            if thing["object"] == "charge":
                thing["payment_method_details"] = {"card": {"fingerprint": "Xt5EWLLDS7FJjR1c"}}
            cards.tell(event)
        cards.look_into()
    watch_look_around()
    assert Flag.objects.get().reasons == {"card": 2}
    assert set(CardMark.objects.values_list("declined", flat=True)) == {False}
    assert "Xt5EWLLDS7FJjR1c" not in str(list(CardMark.objects.values()))


def test_what_was_given_stays_and_only_what_waits_becomes_less(world):
    first = sybil(world, 0)
    make.pay(world, first)
    for n in range(1, 4):
        sybil(world, n)
    decided(world, Flag.objects.get(), "one_donor")
    assert Given.objects.get().amount_minor == 100_00
    assert matched_minor(world.project) == 150_00


def test_where_no_rule_looks_at_who_gives_nothing_changes():
    world = make.open_village_project(donors=10_000_00, village=500_00, matching=6_000_00)
    published(world.custodian, {"kind": "proportional", "rate": "1"}, amount=250_00)
    promises = [sybil(world, n) for n in range(4)]
    entries = [pledge.entry_id for pledge in promises]
    decided(world, Flag.objects.get(), "one_donor")
    assert matched_minor(world.project) == 250_00
    assert list(Pledge.objects.order_by("id").values_list("entry_id", flat=True)) == entries


def test_in_a_round_they_are_one_giver(world):
    version = published(world.custodian, a_round(), amount=100_00)
    for n in range(4):
        sybil(world, n)
    assert version.round_gifts.values("donor").distinct().count() == 4
    decided(world, Flag.objects.get(), "one_donor")
    assert version.round_gifts.values("donor").distinct().count() == 1


def test_once_they_are_not_one_any_more_each_counts_for_themselves(world):
    for n in range(3):
        sybil(world, n)
    flag = Flag.objects.get()
    decided(world, flag, "one_donor")
    assert SameDonor.objects.count() == 3
    sybil(world, 3)
    flag.refresh_from_db()
    flag_decide(flag=flag, actor=world.officer, decision="nothing", reason="Позвонили всем четверым")
    assert SameDonor.objects.count() == 0


def test_addresses_are_hashed_with_a_salt_that_is_thrown_away(world):
    made = make.pledge(world.project)
    origin_keep(made, Origin("203.0.113.7", "Firefox"))
    kept = PledgeOrigin.objects.get()
    assert "203.0.113.7" not in json.dumps([kept.address, kept.agent])
    assert kept.address == origin_hash("203.0.113.7")
    today = clock.today()
    with time_machine.travel(clock.now() + dt.timedelta(days=1), tick=False):
        assert kept.address != origin_hash("203.0.113.7"), "tomorrow it is another one"
    assert origins_forget(today + dt.timedelta(days=2)) == 1
    assert not OriginSalt.objects.filter(day=today).exists()
    origins_forget(today + dt.timedelta(days=31))
    assert PledgeOrigin.objects.count() == 0

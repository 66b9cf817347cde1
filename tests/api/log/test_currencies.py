"""Gifts in other currencies, matched by rules of pools: anyone computes them once more, and a lie is named."""

import datetime as dt
import json
import tarfile

import pytest
import time_machine

from birge import clock
from birge.money import Money
from birge_engine.verify import cli
from funds.ledger.models import Entry
from funds.ledger.publishing import archive_write
from funds.ledger.sequencing import sequence_all
from funds.pledges.models import Pledge
from funds.settlement.services import payment_correct_approve, payment_correct_ask, project_cancel_and_refund
from funds.settlement.services.rounds import round_settle
from tests.factories.exchange import pay_in, promised_in, yesterday
from tests.factories.funds import confirmed_pledge, factor, open_village_project
from tests.factories.matching import ONE_TO_ONE, published
from tests.factories.rates import trusted

pytestmark = pytest.mark.django_db


@pytest.fixture
def exports(settings, tmp_path):
    settings.LEDGER_EXPORTS = tmp_path / "exports"
    return tmp_path / "files"


def unpacked(signer, folder):
    sequence_all(signer=signer)
    with tarfile.open(archive_write()) as archive:
        archive.extractall(folder, filter="data")
    return folder / "birge-ledger"


def a_story():
    """Promises in roubles, won and euro under two rules and a round: paid in part, in som, by mistake, too late."""
    world = open_village_project(donors=30_000_00, village=2_000_00, matching=9_000_00)
    until = (clock.today() + dt.timedelta(days=5)).isoformat()
    published(world.custodian, ONE_TO_ONE | {"cap_per_donor": "900"}, amount=2_000_00)
    published(world.custodian, ONE_TO_ONE | {"eligible": {"confirmed_only": True}, "stack": True}, amount=3_000_00)
    rounds = published(
        world.custodian, {"kind": "quadratic", "variant": "normalised", "eligible": {"until": until}}, amount=900_00
    )
    for currency, price in (("RUB", "0.92"), ("EUR", "101.3"), ("KRW", "0.0607")):
        trusted(currency, price, yesterday())
    part = promised_in(world.project, 1_000_00, "RUB")
    whole = promised_in(world.project, 20_00, "EUR")
    won = promised_in(world.project, 30_001, "KRW")
    in_som = promised_in(world.project, 1_000_00, "RUB")
    short = confirmed_pledge(world.project, 700_00)
    for currency, price in (("RUB", "0.97"), ("EUR", "99.1"), ("KRW", "0.0611")):
        trusted(currency, price)
    pay_in(world, part, 333_33, "RUB")
    pay_in(world, Pledge.objects.filter(group=part.group).latest("id"), 666_67, "RUB")
    pay_in(world, whole, 20_00, "EUR")
    pay_in(world, won, 12_345, "KRW")
    pay_in(world, in_som, 890_00, "KGS")
    pay_in(world, short, 400_00, "RUB")
    wrong = pay_in(world, promised_in(world.project, 500_00, "RUB"), 400_00, "RUB")
    asked = payment_correct_ask(payment=wrong, actor=world.officer, reason="wrong line")
    payment_correct_approve(correction=asked, actor=world.second_officer, proof=factor(world.second_officer))
    return world, rounds, until


def settled(rounds, until):
    later = dt.datetime.combine(dt.date.fromisoformat(until) + dt.timedelta(days=1), dt.time(8), dt.UTC)
    with time_machine.travel(later, tick=True):
        return round_settle(version=rounds)


def test_the_archive_is_enough_to_compute_it_all_once_more(signer, exports, capsys):
    world, rounds, until = a_story()
    settled(rounds, until)
    project_cancel_and_refund(project=world.project, actor=world.head, reason="no pipes to be had")
    files = unpacked(signer, exports)
    status = cli.main([str(files)])
    said = capsys.readouterr().out
    assert status == 0, said
    assert "1 round computed once more from its report" in said


def test_a_remainder_that_its_payment_does_not_explain_is_named(signer, exports, capsys, monkeypatch):
    """The platform itself lies: of a promise in som it lets more wait than its payment in som fell short."""
    world = open_village_project(donors=30_000_00, village=2_000_00, matching=9_000_00)
    published(world.custodian, ONE_TO_ONE, amount=2_000_00)
    given = confirmed_pledge(world.project, 700_00)
    lie = Money(300_00, "KGS")

    def kept(pledge, *, paid, plan_minor):
        from funds.pledges.exchanging import Part

        return Part(pledge.amount_minor - lie.minor, pledge.plan_amount_minor - lie.minor)

    monkeypatch.setattr("funds.settlement.services.arriving.part_kept", kept)
    pay_in(world, given, 500_00, "KGS")
    files = unpacked(signer, exports)
    assert cli.main([str(files)]) == 1
    assert "what remains of a promise is not what its payment fell short" in capsys.readouterr().out


def test_a_payment_that_counts_more_than_its_rate_makes_of_it_is_named(signer, exports, capsys):
    world = open_village_project()
    trusted("RUB", "0.92")
    pay_in(world, promised_in(world.project, 1_000_00, "RUB"), 1_000_00, "RUB")
    files = unpacked(signer, exports)
    assert cli.main([str(files)]) == 0
    rates = json.loads((files / "rates.json").read_text())
    rates[0]["som"] = "0.9300"
    (files / "rates.json").write_text(json.dumps(rates))
    assert cli.main([str(files)]) == 1
    assert "by the rate that was published it is 93000 KGS, not 92000" in capsys.readouterr().out
    rates[0]["nominal"] = 0
    (files / "rates.json").write_text(json.dumps(rates))
    assert cli.main([str(files)]) == 2


def test_every_rate_that_was_used_is_published_with_what_it_made(signer, exports, ask):
    a_story()
    rates = json.loads((unpacked(signer, exports) / "rates.json").read_text())
    assert {(row["currency"], row["som"], row["day"]) for row in rates} == {
        ("RUB", "0.9200", yesterday().isoformat()),
        ("EUR", "101.3000", yesterday().isoformat()),
        ("KRW", "0.0607", yesterday().isoformat()),
        ("RUB", "0.9700", clock.today().isoformat()),
        ("EUR", "99.1000", clock.today().isoformat()),
        ("KRW", "0.0611", clock.today().isoformat()),
    }
    made = {row["som"]: row["entries"] for row in rates}
    assert [len(made[price]) for price in ("0.9200", "0.9700", "99.1000", "0.0611")] == [0, 4, 1, 1]
    assert {
        kind for ids in made.values() for kind in Entry.objects.filter(pk__in=ids).values_list("kind", flat=True)
    } == {"fx.converted"}
    assert ask("rates.json").json() == rates

"""What rules of pools did on the platform, anyone computes once more from the archive or from the address alone."""

import datetime as dt
import json
import shutil
import tarfile
import tempfile
from pathlib import Path

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from birge import clock
from birge.notifications.services import Contact
from birge_engine.verify import cli
from funds.ledger.publishing import archive_write
from funds.ledger.sequencing import sequence_all
from funds.ledger.signing import Signer
from funds.matching.donors import donors_forget
from funds.matching.rule_selectors import versions_now
from funds.payments.models import Payment
from funds.pledges.models import Pledge
from funds.settlement.matching import match_facts
from funds.settlement.published import projects
from funds.settlement.services import (
    payment_correct_approve,
    payment_correct_ask,
    pledge_withdraw_and_release,
    project_cancel_and_refund,
)
from funds.settlement.services.rounds import round_settle
from tests.factories.funds import confirmed_pledge, factor, open_village_project, pay, pledge, village_pays
from tests.factories.matching import ONE_TO_ONE, changed, ended, published

HALF = {"kind": "proportional", "rate": "0.5", "stack": True, "cap_per_donor": "150"}


@pytest.fixture
def exports(settings, tmp_path):
    settings.LEDGER_EXPORTS = tmp_path / "exports"
    return tmp_path / "files"


def unpacked(signer, folder):
    """Sign what there is, write the archive, unpack it; return the folder of its files."""
    sequence_all(signer=signer)
    with tarfile.open(archive_write()) as archive:
        archive.extractall(folder, filter="data")
    return folder / "birge-ledger"


def corrected(world, paid):
    """Take a payment back that was written down by mistake."""
    asked = payment_correct_ask(payment=paid, actor=world.officer, reason="wrong line")
    payment_correct_approve(correction=asked, actor=world.second_officer, proof=factor(world.second_officer))


def a_story():
    """Let two rules of a pool match promises that are paid, paid in part, taken back, or were never paid."""
    world = open_village_project(donors=10_000_00, village=2_000_00, matching=6_000_00)
    published(world.custodian, ONE_TO_ONE | {"cap_per_project": "1500"}, amount=2_000_00)
    published(world.custodian, HALF, amount=1_000_00)
    hers = Contact("email", "aigul@example.org")
    first = confirmed_pledge(world.project, made=pledge(world.project, 500_00, contact=hers))
    village_pays(world, 500_00)
    pay(world, first)
    part = confirmed_pledge(world.project, made=pledge(world.project, 333_33, contact=hers))
    pay(world, part, 111_11)
    away = confirmed_pledge(world.project, 700_00)
    pledge_withdraw_and_release(pledge=away, actor=world.officer, reason="rang us")
    wrong = confirmed_pledge(world.project, 400_00)
    corrected(world, pay(world, wrong))
    return world


def a_settled_round(world):
    """Let a round over two projects end and be settled; of most gifts another rule has matched a part."""
    for version in versions_now():
        ended(version.rule)
    published(world.custodian, ONE_TO_ONE | {"counted_per_contribution": "40"}, amount=100_00)
    other = open_village_project(donors=9_000_00, village=0, matching=3_000_00, custodian=world.custodian)
    until = (clock.today() + dt.timedelta(days=5)).isoformat()
    rule = {"kind": "quadratic", "variant": "normalised", "eligible": {"until": until}}
    version = published(world.custodian, rule, amount=900_00)
    for of, amounts in ((world, [100_00] * 4), (other, [100_00, 400_00])):
        for amount in amounts:
            confirmed_pledge(of.project, amount)
    pay(other, Pledge.objects.filter(project=other.project).first())
    later = dt.datetime.combine(dt.date.fromisoformat(until) + dt.timedelta(days=1), dt.time(8), dt.UTC)
    with time_machine.travel(later, tick=True):
        run = round_settle(version=version)
    taken = [gift.get("taken", 0) for gift in json.loads(run.report)["gifts"]]
    assert sorted(taken) == [0, 0, 0, 20_00, 40_00, 40_00]
    return run


@pytest.mark.django_db
def test_the_archive_is_enough_to_compute_it_all_once_more(signer, exports, capsys):
    a_settled_round(a_story())
    files = unpacked(signer, exports)
    assert cli.main([str(files)]) == 0, capsys.readouterr().out
    said = capsys.readouterr().out
    assert "1 round computed once more from its report" in said
    assert set(json.loads((files / "rules.json").read_text())) > {"village-1:1"}


@pytest.mark.django_db
def test_an_archive_in_which_a_number_was_changed_is_refused(signer, exports, capsys):
    a_settled_round(a_story())
    files = unpacked(signer, exports)

    def refused(name, change):
        content = json.loads((files / name).read_text())
        before = (files / name).read_bytes()
        change(content)
        (files / name).write_text(json.dumps(content))
        assert cli.main([str(files)]) == 1
        (files / name).write_bytes(before)
        return capsys.readouterr().out

    def cap(rules):
        rule = next(row for row in rules.values() if row.get("data", {}).get("cap_per_donor"))
        rule["data"]["cap_per_donor"] = "250"

    assert "was published with the digest of another text: it was changed" in refused("rules.json", cap)
    for name in list(json.loads((files / "projects.json").read_text())):
        said = refused("projects.json", lambda plans, name=name: plans[name]["shares"].update(matching=10_00))
        assert "minor units" in said or "its report says shares" in said
    (run,) = (files / "runs").iterdir()
    run.write_bytes(run.read_bytes().replace(b'"amount":10000', b'"amount":10001', 1))
    assert cli.main([str(files)]) == 1
    assert "the report of its run is another one than the log names" in capsys.readouterr().out


@pytest.mark.django_db
def test_the_same_files_are_given_out_one_by_one(signer, exports, ask):
    run = a_settled_round(a_story())
    files = unpacked(signer, exports)
    for name in ("rules.json", "projects.json"):
        answer = ask(name)
        assert answer.content == (files / name).read_bytes()
        assert (answer["Content-Type"], answer["Cache-Control"]) == (
            "application/json; charset=utf-8",
            "public, max-age=2",
        )
    answer = ask(f"runs/{run.digest}.json")
    assert answer.content == (files / "runs" / f"{run.digest}.json").read_bytes() == run.report.encode()
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert list(json.loads(ask("projects.json", size=0).content)) == []
    for size in ("x", "-1", str(10**6)):
        ask("projects.json", 400, size=size)
    for digest in ("0" * 64, "x"):
        ask(f"runs/{digest}.json", 404)
    ask("rules.json", 405, method="post")


@pytest.mark.django_db
def test_what_no_checkpoint_covers_yet_is_not_given_out(signer, exports, ask):
    world = a_story()
    sequence_all(signer=signer)
    run = a_settled_round(world)
    assert list(json.loads(ask("projects.json").content)) == [world.project.public_id]
    ask(f"runs/{run.digest}.json", 404)
    sequence_all(signer=signer)
    assert len(json.loads(ask("projects.json").content)) == 2
    ask(f"runs/{run.digest}.json")


@pytest.mark.django_db
def test_what_is_published_of_a_project_is_what_its_rules_look_at(signer):
    world = a_story()
    size = sequence_all(signer=signer).size
    facts = match_facts(world.project)
    assert projects(size) == {
        world.project.public_id: {
            "category": facts.category,
            "oblast": facts.oblast,
            "village": facts.village,
            "shares": dict(facts.shares),
            "currency": "KGS",
        }
    }


@pytest.mark.django_db(transaction=True)
def test_the_address_is_enough_too(live_server, signer, capsys):
    a_settled_round(a_story())
    sequence_all(signer=signer)
    assert cli.main([live_server.url]) == 0
    assert "1 round computed once more from its report" in capsys.readouterr().out


@pytest.mark.django_db
def test_what_a_forgotten_donor_drew_can_still_be_computed(signer, exports, capsys):
    world = open_village_project(donors=10_000_00, village=0, matching=6_000_00)
    version = published(world.custodian, HALF, amount=1_000_00)
    paid = pay(world, confirmed_pledge(world.project, 300_00))
    ended(version.rule)
    assert donors_forget() == 1
    corrected(world, paid)
    assert cli.main([str(unpacked(signer, exports))]) == 0, capsys.readouterr().out


RULES = [
    ONE_TO_ONE,
    {"kind": "proportional", "rate": "3", "cap_per_donor": "400", "cap_per_project": "900"},
    {"kind": "proportional", "rate": "0.333", "counted_per_contribution": "250", "gifts_per_donor": 2, "stack": True},
    {
        "kind": "tiers",
        "per": "donor_here",
        "tiers": [{"up_to": "200", "rate": "0.5"}, {"up_to": "700", "rate": "0.25"}, {"up_to": None, "rate": "0"}],
    },
    {"kind": "proportional", "rate": "1", "eligible": {"first_time_donors": True}},
    {"kind": "proportional", "rate": "0.7", "eligible": {"confirmed_only": True}},
    {
        "kind": "shares",
        "parties": [{"party": "donors", "share": "0.5"}, {"party": "matching", "share": "0.5"}],
    },
]
WHAT = ["pledge", "pledge", "pledge", "pay", "pay", "part", "over", "mistake", "withdraw", "village", "change", "end"]
steps = st.lists(
    st.tuples(st.sampled_from(WHAT), st.integers(0, 5), st.integers(100_00, 900_00)), min_size=3, max_size=14
)


class RandomHistories(TestCase):
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(rules=st.lists(st.integers(0, 6), min_size=1, max_size=3), steps=steps, fails=st.booleans())
    def test_whatever_happens_the_archive_holds(self, rules, steps, fails):
        world = open_village_project(donors=20_000_00, village=5_000_00, matching=2_000_00)
        versions = [published(world.custodian, RULES[each], amount=1_500_00) for each in rules]
        people = [Contact("email", f"p{n}@example.org") for n in range(3)]
        for what, which, amount in steps:
            self.step(world, versions, people, what, which, amount)
        if fails:
            project_cancel_and_refund(project=world.project, actor=world.head, reason="no land")
        with tempfile.TemporaryDirectory() as folder, self.settings(LEDGER_EXPORTS=folder):
            signer = Signer(Path(folder) / "signer", "birge.test/ledger")
            signer.key_make()
            files = unpacked(signer, Path(folder))
            assert cli.main([str(files)]) == 0
            shutil.rmtree(files)

    def step(self, world, versions, people, what, which, amount):
        version = versions[which % len(versions)]
        waiting = list(Pledge.objects.filter(project=world.project, status__in=["confirmed", "due"]).order_by("id"))
        if what == "pledge":
            confirmed_pledge(world.project, made=pledge(world.project, amount, contact=people[which % 3]))
        elif what == "village":
            village_pays(world, amount)
        elif what == "change" and version.rule.status == "published":
            changed(version.rule, version.data | {"cap_per_project": str(which * 100 + 100)})
        elif what == "end":
            ended(version.rule)
            version.rule.refresh_from_db()
        elif what == "mistake":
            paid = Payment.objects.filter(project=world.project, status="confirmed").exclude(pledge_ref="").last()
            if paid is not None:
                corrected(world, paid)
        elif waiting and what != "change":
            chosen = waiting[which % len(waiting)]
            if what == "withdraw":
                pledge_withdraw_and_release(pledge=chosen, actor=world.officer, reason="rang us")
            else:
                factors = {"part": (1, 3), "over": (3, 2)}.get(what, (1, 1))
                pay(world, chosen, chosen.amount_minor * factors[0] // factors[1])

"""Matching rules over the API: data, words, reports, and what follows a gift part by part."""

import hashlib
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from birge_engine.matching import rule_digest
from funds.pledges.tokens import pledge_token
from tests.factories.funds import confirmed_pledge, open_village_project, pay
from tests.factories.matching import changed, ended, published
from tests.factories.rounds import a_round, settled

pytestmark = pytest.mark.django_db
TWO = {"kind": "proportional", "rate": "2"}


@pytest.fixture
def world():
    return open_village_project(donors=10_000_00, village=10_000_00, matching=20_000_00)


def test_rules_are_listed_and_narrowed(world, guest):
    first, second = published(world.custodian, TWO), published(world.custodian)
    ended(first.rule)
    assert [each["id"] for each in guest.read("rules/")["results"]] == [second.rule.public_id, first.rule.public_id]
    assert [each["id"] for each in guest.read("rules/", status="ended")["results"]] == [first.rule.public_id]
    assert [each["id"] for each in guest.read("rules/", pool=second.rule.pool_ref)["results"]] == [
        second.rule.public_id
    ]
    assert guest.call("get", "rules/?kind=x").status_code == 400


def test_a_rule_has_its_versions_in_data_and_words(world, guest):
    version = published(world.custodian, TWO)
    confirmed_pledge(world.project, 1_000_00)
    changed(version.rule, {"kind": "proportional", "rate": "3"})
    rule = guest.read(f"rules/{version.rule.public_id}/")
    assert [each["number"] for each in rule["versions"]] == [2, 1]
    assert rule["versions"][1]["words"][0] == "For each som you give, this pool adds 2 som."
    assert all(rule_digest(each["data"]) == each["digest"] for each in rule["versions"])
    sums = {name: each["minor"] for name, each in rule["money"].items()}
    assert sums == {"offered": 8_000_00, "reserved": 2_000_00, "given": 0}
    assert guest.call("get", "rules/0000000000/").status_code == 404


def test_a_settled_round_has_its_report_as_it_was_hashed(world, guest):
    version = published(world.custodian, a_round())
    for _n in range(2):
        pay(world, confirmed_pledge(world.project, 100_00))
    run = settled(version)
    assert guest.read(f"rules/{version.rule.public_id}/")["runs"][0]["digest"] == run.digest
    found = guest.read(f"rules/{version.rule.public_id}/versions/1/run/")
    assert hashlib.sha256(found["report"].encode()).hexdigest() == found["digest"]
    assert json.loads(found["report"])["results"][0]["matched"] == found["total"]["minor"] == 200_00


def test_the_list_takes_as_many_queries_for_many_as_for_few(world, guest):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            guest.read("rules/")
        return len(caught)

    published(world.custodian)
    few = queries()
    for _n in range(4):
        published(world.custodian)
    assert queries() == few


def test_a_pledge_tells_part_by_part_what_follows_it(world, guest):
    version = published(world.custodian, TWO)
    made = confirmed_pledge(world.project, 1_000_00)
    found = guest.read(f"pledges/{pledge_token(made)}/")
    village, pool = found["matches"]
    assert (village["source"], village["status"], village["amount"]["minor"], village["rule"]) == (
        "village", "reserved", 1_000_00, None,
    )  # fmt: skip
    assert (pool["source"], pool["status"], pool["amount"]["minor"]) == ("pool", "reserved", 2_000_00)
    assert (pool["rule"], pool["pool"], pool["until"]) == (
        version.ref, version.rule.pool_ref, made.horizon.isoformat(),
    )  # fmt: skip
    assert found["match"]["minor"] == 1_000_00
    pay(world, made)
    assert [each["status"] for each in guest.read(f"pledges/{pledge_token(made)}/")["matches"]] == ["reserved", "given"]

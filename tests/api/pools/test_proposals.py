"""Proposals over the API: what was read is what is signed, what was signed is what is booked."""

import hashlib
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from birge.organisations.models import DecidedHow
from funds.pools.models import Ballot, Proposal
from tests.factories import pools as make
from tests.factories.api import caller, code_of, fresh_key, leaves, money
from tests.factories.funds import open_village_project, person

pytestmark = pytest.mark.django_db
WHY = {"reason": "Улица тёмная"}


@pytest.fixture
def there():
    return make.pool_and_village()


def at(world):
    return f"pools/{world.pool.public_id}/proposals/"


def giving(village, minor=800_00, **changes):
    return {"kind": "give", "amount": money(minor), "project": village.project.public_id, **WHY} | changes


def signed(proposal, *who):
    """Let these people read it and say yes."""
    for each in who:
        read = caller(each).read(f"proposals/{proposal['id']}/")
        proposal = caller(each).sign(f"proposals/{proposal['id']}/yes/", {"digest": read["digest"]})
    return proposal


def refusal(answer):
    return answer.status_code, answer.json()["code"]


def test_what_was_read_is_signed_and_booked(there, guest):
    world, village = there
    made = caller(world.association.members[0]).make(at(world), giving(village))
    assert (made["status"], made["needed"], made["entitled"], made["how"]) == ("open", 2, 5, "signatures")
    assert made["content"]["amount_minor"] == 800_00
    canonical = json.dumps(made["content"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert made["digest"] == hashlib.sha256(canonical.encode()).hexdigest()
    first = signed(made, world.association.chair)
    assert (first["status"], first["yes"]) == ("open", 1)
    done = signed(made, world.association.treasurer)
    assert (done["status"], done["yes"], done["no"]) == ("booked", 2, 0)
    assert guest.read(f"entries/{done['entry']}/")["kind"] == "pool.given"
    assert guest.read(f"pools/{world.pool.public_id}/")["free"]["minor"] == 4_200_00


def test_who_belongs_sees_who_said_what_and_everyone_the_count_once_it_is_decided(there, guest):
    world, village = there
    author = world.association.members[0]
    made = caller(author).make(at(world), giving(village))
    where = f"proposals/{made['id']}/"
    for outsider in (None, person(), world.officer, make.pool_of().association.chair):
        assert caller(outsider).call("get", where).status_code == 404
        assert caller(outsider).read(at(world))["results"] == []
    signed(made, world.association.chair, world.association.treasurer)
    inside = caller(world.association.members[1]).read(where)
    assert [(each["person"], each["role"], each["yes"]) for each in inside["ballots"]] == [
        (world.association.chair.public_id, "chair", True),
        (world.association.treasurer.public_id, "treasurer", True),
    ]
    assert inside["made_by"] == author.public_id
    assert [each["after"] for each in inside["steps"]] == ["open", "approved", "booked"]
    public = guest.read(where)
    assert (public["yes"], public["ballots"], public["steps"], public["made_by"]) == (2, None, None, None)
    people = {each.public_id for each in [*world.association.signers, author]}
    assert not people & {str(value) for _path, value in leaves(public)}
    assert [each["id"] for each in guest.read(at(world), kind="give", status="booked")["results"]] == [made["id"]]


def test_who_proposed_it_neither_signs_nor_books(there):
    world, village = there
    chair = world.association.chair
    made = caller(chair).make(at(world), giving(village))
    where = f"proposals/{made['id']}/"
    answer = caller(chair).call("post", f"{where}yes/", {"digest": made["digest"], "code": code_of(chair)})
    assert refusal(answer) == (403, "same_person")
    answer = caller(chair).call("post", f"{where}book/", {"code": code_of(chair)})
    assert refusal(answer) == (403, "same_person")


def test_what_was_taken_back_before_it_was_decided_stays_inside(there, guest):
    world, village = there
    author = caller(world.association.members[0])
    made = author.make(at(world), giving(village))
    back = author.write(f"proposals/{made['id']}/withdraw/", {"reason": "Передумали"})
    assert (back["status"], back["steps"][-1]["reason"]) == ("withdrawn", "Передумали")
    assert guest.call("get", f"proposals/{made['id']}/").status_code == 404


def test_an_answer_to_something_else_is_refused(there):
    world, village = there
    made = caller(world.association.members[0]).make(at(world), giving(village))
    chair = world.association.chair
    answer = caller(chair).call("post", f"proposals/{made['id']}/yes/", {"digest": "0" * 64, "code": code_of(chair)})
    assert refusal(answer) == (409, "changed")
    assert not Ballot.objects.exists()


def test_a_signature_needs_a_code_and_a_no_its_reason(there):
    world, village = there
    made = caller(world.association.members[0]).make(at(world), giving(village))
    chair, read = world.association.chair, {"digest": made["digest"]}
    code_of(chair)
    for body in (read, {**read, "code": "000000"}):
        answer = caller(chair).call("post", f"proposals/{made['id']}/yes/", body)
        assert answer.json()["type"] == "/api/problems/second_factor_required"
    answer = caller(chair).call("post", f"proposals/{made['id']}/no/", {**read, "code": code_of(chair)})
    assert answer.json()["errors"][0]["pointer"] == "#/reason"
    said = caller(chair).sign(f"proposals/{made['id']}/no/", {**read, "reason": "Дорого"})
    assert (said["no"], said["ballots"][0]["reason"]) == (1, "Дорого")


def test_an_answer_stays_and_the_same_request_counts_once(there):
    world, village = there
    made = caller(world.association.members[0]).make(at(world), giving(village))
    chair, key, read = world.association.chair, fresh_key(), {"digest": made["digest"]}
    where = f"proposals/{made['id']}/"
    first = caller(chair).write(f"{where}yes/", {**read, "code": code_of(chair)}, **key)
    assert caller(chair).write(f"{where}yes/", {**read, "code": "111111"}, **key) == first
    answer = caller(chair).call("post", f"{where}no/", {**read, "reason": "Нет", "code": code_of(chair)})
    assert refusal(answer) == (409, "answered")
    assert Ballot.objects.count() == 1


def test_so_many_no_refuse_it(there, guest):
    world, village = there
    made = caller(world.association.members[0]).make(at(world), giving(village))
    for each in world.association.signers[:4]:
        body = {"digest": made["digest"], "reason": "Дорого"}
        said = caller(each).sign(f"proposals/{made['id']}/no/", body)
    assert said["status"] == "refused"
    assert guest.read(f"proposals/{made['id']}/")["no"] == 4


def test_members_vote_without_a_second_factor_and_who_signs_books(guest):
    world, village = make.pool_and_village(terms={"how": DecidedHow.VOTE})
    made = caller(world.association.chair).make(at(world), giving(village))
    for each in world.association.members:
        said = caller(each).write(f"proposals/{made['id']}/yes/", {"digest": made["digest"]})
    assert (said["status"], said["ballots"][0]["factor_method"]) == ("approved", "")
    booked = caller(world.association.treasurer).sign(f"proposals/{made['id']}/book/")
    assert (booked["status"], booked["yes"]) == ("booked", 2)


def test_what_cannot_be_booked_stays_approved(there, guest):
    world, village = there
    made = caller(world.association.members[0]).make(at(world), giving(village, 9_000_00))
    chair = world.association.chair
    done = signed(made, *world.association.signers[:3])
    assert (done["status"], done["entry"]) == ("approved", None)
    answer = caller(chair).call("post", f"proposals/{made['id']}/book/", {"code": code_of(chair)})
    assert answer.json()["type"] == "/api/problems/insufficient_funds"
    back = caller(chair).write(f"proposals/{made['id']}/withdraw/", {"reason": "Нет денег"})
    assert back["status"] == "withdrawn"
    assert guest.read(f"proposals/{made['id']}/")["yes"] == 3  # it was decided: that stays to be read


def test_a_rule_is_proposed_fed_changed_and_ended(there, guest):
    world, _village = there
    author = caller(world.association.members[0])

    def through(**said):
        made = author.make(at(world), {**WHY, **said})
        return signed(made, *world.association.signers[: made["needed"]])

    new = through(kind="match", amount=money(700_00), name="Сом на сом", rule=dict(make.RULE))
    assert new["status"] == "booked"
    (rule,) = guest.read(f"pools/{world.pool.public_id}/")["rules"]
    more = through(kind="match", amount=money(300_00), rule_ref=rule["id"])
    assert more["content"]["rule_ref"] == rule["id"]
    through(kind="rule_change", rule_ref=rule["id"], rule={**make.RULE, "rate": "2"})
    (rule,) = guest.read(f"pools/{world.pool.public_id}/")["rules"]
    assert (rule["version"], rule["set_aside"]["minor"]) == (2, 1_000_00)
    through(kind="rule_end", rule_ref=rule["id"])
    (rule,) = guest.read(f"pools/{world.pool.public_id}/")["rules"]
    assert (rule["status"], rule["set_aside"]["minor"]) == ("ended", 0)


def test_money_is_passed_on_to_another_pool(there, guest):
    world, _village = there
    district = make.pool_of(beside=world)
    body = {"kind": "pass_on", "amount": money(300_00), "to_pool": district.pool.public_id, **WHY}
    done = signed(caller(world.association.members[0]).make(at(world), body), *world.association.signers[:2])
    assert (done["status"], done["to_pool"]) == ("booked", district.pool.public_id)
    assert guest.read(f"pools/{district.pool.public_id}/")["held"]["minor"] == 300_00


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"kind": "buy"}, "#/kind", "invalid_choice"),
        ({"kind": "give", "amount": money(1_00)}, "#/project", "invalid"),
        ({"kind": "give", "project": "abcdefghjk", "amount": money(1_00)}, "#/project", "unknown"),
        ({"kind": "give", "rule_ref": "abcdefghjk"}, "#/rule_ref", "unknown"),
        ({"kind": "pass_on", "to_pool": "abcdefghjk", "amount": money(1_00)}, "#/to_pool", "unknown"),
        ({"kind": "pass_on", "amount": money(1_00)}, "#/to_pool", "invalid"),
        ({"kind": "match", "amount": money(1_00), "name": "R"}, "#/rule", "invalid"),
        ({"kind": "match", "amount": money(1_00), "rule": dict(make.RULE)}, "#/name", "invalid"),
        ({"kind": "match", "amount": money(1_00), "name": "R", "rule": {"kind": "odd"}}, "#/rule", "invalid"),
        ({"kind": "match", "amount": money(1_00), "name": "R", "rule": [1]}, "#/rule", "not_a_dict"),
        ({"kind": "match", "amount": money(1_00), "name": "R", "rule_ref": "abcdefghjk"}, "#/name", "unknown"),
        ({"kind": "rule_end", "amount": money(1_00), "rule_ref": "abcdefghjk"}, "#/amount", "unknown"),
        ({"kind": "rule_end", "deadline": "2020-01-01", "rule_ref": "abcdefghjk"}, "#/rule_ref", "no_rule"),
        ({"kind": "match", "amount": money(1_00, "RUB"), "name": "R", "rule": dict(make.RULE)}, "#/amount", "currency"),
    ],
)
def test_what_cannot_be_is_told_at_its_place(there, body, pointer, code):
    world, _village = there
    answer = caller(world.association.members[0]).call("post", at(world), {**WHY, **body})
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [(pointer, code)]
    assert not Proposal.objects.exists()


def test_another_custodians_project_gets_nothing(there):
    world, _village = there
    answer = caller(world.association.members[0]).call("post", at(world), giving(open_village_project()))
    assert refusal(answer) == (409, "other_custodian")


def test_the_same_proposal_is_made_once(there):
    world, village = there
    author, key = caller(world.association.members[0]), fresh_key()
    first = author.make(at(world), giving(village), **key)
    assert author.make(at(world), giving(village), **key) == first
    assert refusal(author.call("post", at(world), giving(village, 1_00), **key)) == (409, "key_reused")
    assert Proposal.objects.count() == 1


def test_one_sees_what_waits_for_ones_answer(there):
    world, village = there
    made = caller(world.association.members[0]).make(at(world), giving(village))
    chair = caller(world.association.chair)
    assert [each["id"] for each in chair.read("proposals/", pool=world.pool.public_id)["results"]] == [made["id"]]
    for other in (*world.association.members, world.officer, person()):
        assert caller(other).read("proposals/")["results"] == []
    signed(made, world.association.chair)
    assert chair.read("proposals/")["results"] == []
    assert caller().call("get", "proposals/").status_code == 401


def test_a_list_of_proposals_takes_as_many_queries_for_many_as_for_few(there):
    world, village = there
    chair = caller(world.association.chair)

    def queries():
        with CaptureQueriesContext(connection) as caught:
            chair.read(at(world))
            chair.read("proposals/")
        return len(caught)

    make.giving(world, village.project, 1_00)
    few = queries()
    district = make.pool_of(beside=world)
    for _n in range(3):
        make.giving(world, village.project, 1_00)
        make.proposed(world, 1_00, kind="pass_on", to_pool=district.pool)
    assert queries() <= few


def test_one_proposal_takes_as_many_queries_however_many_answered(there):
    world, village = there
    made = make.giving(world, village.project, 2_000_00)
    member = caller(world.association.members[1])

    def queries():
        with CaptureQueriesContext(connection) as caught:
            member.read(f"proposals/{made.public_id}/")
        return len(caught)

    make.answer(made, world.association.chair)
    few = queries()
    for each in world.association.signers[1:3]:
        make.answer(made, each)
    assert queries() <= few

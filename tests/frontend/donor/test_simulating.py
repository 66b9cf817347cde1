"""Trying out a rule: who manages a pool sees what each project would get, on real gifts or a table, and no names."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from birge.money import Money
from birge_engine.matching import rule_parse
from frontend.forms.rules import FORMS
from frontend.forms.sliders import Slider
from funds.matching.services import rule_clean
from tests.factories import funds as make
from tests.factories.pages import Visitor, at
from tests.factories.pools import pool_of, pool_with_money

pytestmark = pytest.mark.django_db
HEAD = "contribution_id,project_id,donor_id,amount\n"


@pytest.fixture
def world():
    return make.open_village_project(donors=10_000_00, village=10_000_00, matching=6_000_00)


@pytest.fixture
def ours(world):
    return pool_with_money(5_000_00, village=world)


@pytest.fixture
def chair(ours):
    return Visitor(ours.association.chair)


def tried(visitor, ours, **query):
    return visitor.open("pool_simulate", ours.pool.public_id, **query)


def table(text, name="gifts.csv"):
    return SimpleUploadedFile(name, text.encode(), "text/csv")


def test_the_first_look_is_an_answer_already(chair, ours, world):
    make.confirmed_pledge(world.project, 1_000_00)
    page = tried(chair, ours)
    assert page.status == 200
    assert "For each som you give, this pool adds 1 som." in page.text
    assert "It would have given 1,000 som Left 4,000 som Donors gave 1,000 som" in page.text


def test_other_numbers_give_another_answer(chair, ours, world):
    make.confirmed_pledge(world.project, 1_000_00)
    page = tried(chair, ours, kind="proportional", pool="5000", rate="0,5", cap_per_donor="300")
    assert "It would have given 300 som" in page.text
    assert "For each 100 som you give, this pool adds 50 som. At most 300 som for one person." in (
        page.text.replace("All of its words ", "")
    )
    assert "Some people reached the most for one person." in page.text


@pytest.mark.parametrize("kind", FORMS)
def test_every_kind_opens_with_numbers_that_are_a_rule(chair, ours, world, kind):
    make.confirmed_pledge(world.project, 1_000_00)
    page = tried(chair, ours, kind=kind)
    assert page.status == 200
    assert "It would have given" in page.text


@pytest.mark.parametrize("kind", FORMS)
def test_what_is_proposed_is_what_was_tried(kind, ours):
    more = {"currency": "KGS", "oblasts": [("41703000000000", "Batken")], "projects": []}
    empty = FORMS[kind](**more)
    data = {name: field.initial for name, field in empty.fields.items() if field.initial is not None}
    data |= {"kind": kind, "pool": "1000", "until": "2099-01-01", "oblasts": ["41703000000000"]}
    form = FORMS[kind](data, **more)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["pool"] == Money(1_000_00, "KGS")
    assert rule_clean(form.rule(), "KGS") == form.rule()
    assert rule_parse({**form.rule(), "pool": 5}).eligible.oblasts == ("41703000000000",)


def test_the_rule_goes_along_to_the_proposal(chair, ours):
    page = tried(chair, ours, kind="proportional", pool="5000", rate="2")
    sent = next(form for form in page.forms if "rule" in form.names)
    assert json.loads(sent.values["rule"]) == {"kind": "proportional", "currency": "KGS", "rate": "2"}
    assert (sent.values["amount"], sent.method) == ("5000", "get")


def test_the_limits_that_go_along_are_seen(chair, ours):
    page = tried(chair, ours, kind="proportional", pool="5000", rate="2", cap_per_donor="3000")
    sent = next(form for form in page.forms if "rule" in form.names)
    proposal = chair.open("proposal_new_match", ours.pool.public_id, rule=sent.values["rule"], amount="5000")
    assert '<details class="card" open>' in proposal.html
    assert at("desk_pool", ours.pool.public_id) in page.html


def test_gifts_to_projects_without_a_place_for_matching_money_are_not_in_the_sum(chair, ours, world):
    make.confirmed_pledge(world.project, 1_000_00)
    other = make.open_village_project(custodian=world.custodian)
    make.confirmed_pledge(other.project, 300_00)
    assert "Donors gave 1,000 som" in tried(chair, ours).text


def test_only_who_belongs_to_the_pools_owner_may_look(ours):
    assert Visitor(make.person()).open("pool_simulate", ours.pool.public_id).status == 403
    assert Visitor(pool_of().association.chair).open("pool_simulate", ours.pool.public_id).status == 403
    assert Visitor(ours.association.members[0]).open("pool_simulate", ours.pool.public_id).status == 200
    assert "login" in Visitor().open("pool_simulate", ours.pool.public_id).url
    assert Visitor(ours.association.chair).open("pool_simulate", "0000000000").status == 404


def test_nothing_of_who_gave_is_on_the_page(chair, ours, world):
    made = make.confirmed_pledge(world.project, 1_000_00)
    page = tried(chair, ours)
    assert made.contact.value not in page.html
    assert made.public_id not in page.html
    assert made.group not in page.html


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"pool": "much"}, "in digits"),
        ({"pool": "5000", "rate": "-1"}, "Please write a number"),
        ({"pool": "5000", "rate": "1", "min_project": "9", "max_project": "5"}, "Such a rule cannot be"),
        ({"pool": "5000", "rate": ""}, "This field is required"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_reckoned(chair, ours, query, text):
    page = tried(chair, ours, kind="proportional", **query)
    assert page.status == 200
    assert text in page.text
    assert "It would have given" not in page.text


def test_a_kind_that_is_none_is_not_found(chair, ours):
    assert tried(chair, ours, kind="magic").status == 404


def test_a_table_takes_the_place_of_what_happened(chair, ours, world):
    make.confirmed_pledge(world.project, 1_000_00)
    page = chair.send(tried(chair, ours), file=table(HEAD + "1,school,a,100\n2,school,b,50\n"))
    assert "Reckoned with your table." in page.text
    assert "It would have given 150 som" in page.text
    assert "school" in page.text
    other = tried(chair, ours, kind="quadratic", table=page.url.split("table=")[1])
    assert "Reckoned with your table." in other.text
    assert "One person alone draws nothing." in other.text


def test_anothers_table_is_not_used(chair, ours):
    page = chair.send(tried(chair, ours), file=table(HEAD + "1,school,a,100\n"))
    member = Visitor(ours.association.members[0])
    assert "Reckoned with your table." not in tried(member, ours, table=page.url.split("table=")[1]).text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + "1,school,a,100\n2,school,b,lots\n", "Line 3 cannot be read"),
        ("name,sum\n", "Line 1 cannot be read"),
        ("x" * 1_000_001, "larger than 1 MB"),
    ],
)
def test_a_table_that_cannot_be_read_is_told_at_its_line(chair, ours, text, said):
    page = chair.send(tried(chair, ours), file=table(text))
    assert page.status == 422
    assert said in page.text


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ({"n": "5", "n-slider": "2", "n-at": "2"}, "5"),
        ({"n": "5", "n-slider": "3", "n-at": "2"}, "3"),
        ({"n": "", "n-slider": "0", "n-at": "0"}, ""),
        ({"n-slider": "3", "n-at": "3"}, None),
        ({"n": "7"}, "7"),
    ],
)
def test_the_slider_counts_only_if_it_was_moved(sent, meant):
    data = RequestFactory().get("/", sent).GET
    assert Slider(most=10).value_from_datadict(data, {}, "n") == meant


@pytest.mark.parametrize(("text", "place"), [("", "0"), ("3", "3"), ("3.4", "3"), ("99", "10"), ("x", "0")])
def test_the_slider_stands_where_the_number_is_or_at_its_end(text, place):
    assert f'value="{place}"' in Slider(most=10).render("n", text).split("n-slider")[1].split("n-at")[0]


def test_its_address_is_its_own(ours):
    assert at("pool_simulate", ours.pool.public_id) == f"/en/desk/pools/{ours.pool.public_id}/simulate/"

"""Terms of reference and joining over the API: what everyone reads, what waits, and what is refused where."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from birge.organisations.models import JoinRequest, TermsOfReference
from tests.factories.api import caller
from tests.factories.associations import association, terms_of, words
from tests.factories.funds import organisation, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours():
    return association()


def at(where, rest=""):
    return f"organisations/{where.organisation.public_id}/{rest}"


def test_terms_in_force_stand_with_the_organisation_for_everyone(ours, guest):
    assert guest.read(at(ours))["terms"] is None
    terms_of(ours)
    terms = guest.read(at(ours))["terms"]
    assert (terms["version"], terms["status"], terms["how"]) == (1, "approved", "signatures")
    assert terms["threshold"] == {"minor": 5_000_000, "currency": "KGS", "text": "50,000 som"}
    assert (terms["needed_below"], terms["needed_above"], terms["days_to_decide"]) == (1, 3, 7)
    assert (terms["paper"], terms["language"]) == (None, "ru")


def test_from_the_text_to_what_counts(ours, guest):
    written = caller(ours.chair).make(at(ours, "terms/"), words())
    assert (written["version"], written["status"]) == (1, "asked")
    assert guest.read(at(ours, "terms/"))["results"] == []
    assert [each["version"] for each in caller(ours.members[0]).read(at(ours, "terms/"))["results"]] == [1]
    agreed = caller(ours.treasurer).sign(at(ours, "terms/1/approve/"))
    assert agreed["status"] == "approved"
    caller(ours.chair).make(at(ours, "terms/"), words(text="Иначе."))
    refused = caller(ours.treasurer).write(at(ours, "terms/2/refuse/"), {"reason": "Рано."})
    assert (refused["status"], refused["decision_reason"]) == ("refused", "Рано.")
    assert [each["version"] for each in guest.read(at(ours, "terms/"))["results"]] == [1]


def test_older_versions_stay_to_be_read(ours, guest):
    for _n in range(2):
        terms_of(ours)
    assert [each["version"] for each in guest.read(at(ours, "terms/"))["results"]] == [2, 1]
    assert guest.read(at(ours))["terms"]["version"] == 2


def test_the_same_request_writes_once(ours):
    chair, key = caller(ours.chair), "the-same-key-sent-twice"
    first = chair.make(at(ours, "terms/"), words(), HTTP_IDEMPOTENCY_KEY=key)
    assert chair.make(at(ours, "terms/"), words(), HTTP_IDEMPOTENCY_KEY=key) == first
    assert TermsOfReference.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"needed_above": 5}, 400, "too_many"),
        ({"needed_below": 0}, 400, "min_value"),
        ({"threshold_minor": "5"}, 400, "invalid"),
        ({"how": "lots"}, 400, "invalid_choice"),
        ({"paper": "abcdefghjk"}, 400, "unknown"),
        ({"days_to_decide": 61}, 400, "max_value"),
        ({"note": "?"}, 400, "unknown"),
    ],
)
def test_what_cannot_be_is_told_at_its_place(ours, changes, status, code):
    answer = caller(ours.chair).call("post", at(ours, "terms/"), words(**changes))
    assert answer.status_code == status
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [(f"#/{next(iter(changes))}", code)]


def test_from_asking_to_being_admitted(ours):
    somebody = person()
    asker = caller(somebody)
    assert asker.call("get", at(ours, "join/")).status_code == 404
    asked = asker.make(at(ours, "join/"), {"message": "Из Оша"})
    assert asker.read(at(ours, "join/")) == asked
    listed = caller(ours.chair).read(at(ours, "joins/"), status="asked")["results"]
    assert [(each["id"], each["person"], each["message"]) for each in listed] == [
        (asked["id"], somebody.public_id, "Из Оша")
    ]
    assert caller(ours.chair).write(at(ours, f"joins/{asked['id']}/approve/"))["status"] == "approved"
    assert asker.read(at(ours, "join/"))["status"] == "approved"
    again = caller(ours.chair).call("post", at(ours, f"joins/{asked['id']}/approve/"))
    assert (again.status_code, again.json()["code"]) == (409, "transition")


def test_a_refusal_is_read_by_who_asked(ours):
    asker = caller(person())
    asked = asker.make(at(ours, "join/"))
    caller(ours.chair).write(at(ours, f"joins/{asked['id']}/refuse/"), {"reason": "Не знаем Вас"})
    assert asker.read(at(ours, "join/"))["reason"] == "Не знаем Вас"


def test_only_the_chair_reads_who_asks(ours, guest):
    caller(person()).make(at(ours, "join/"))
    assert guest.call("get", at(ours, "joins/")).status_code == 401
    for other in (ours.treasurer, ours.members[0], person(), association().chair):
        assert caller(other).call("get", at(ours, "joins/")).status_code == 404


def test_a_request_is_found_below_its_own_association_only(ours):
    asked = caller(person()).make(at(ours, "join/"))
    other = association()
    sent = caller(other.chair).call("post", at(other, f"joins/{asked['id']}/approve/"))
    assert sent.status_code == 404
    assert JoinRequest.objects.get().status == "asked"


def test_a_matching_donor_has_no_members():
    donor = organisation("matching_donor")
    answer = caller(person()).call("post", f"organisations/{donor.public_id}/join/")
    assert answer.status_code == 400


def test_the_list_takes_as_many_queries_for_many_as_for_few(guest):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            guest.read("organisations/")
        return len(caught)

    terms_of(association())
    few = queries()
    for _n in range(4):
        terms_of(association())
    assert queries() <= few

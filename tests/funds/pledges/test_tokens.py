"""Signed links open one pledge, for one purpose."""

import pytest

from birge.errors import NotFound
from funds.pledges.tokens import Purpose, pledge_by_token, pledge_token, token_open
from tests.factories.funds import open_village_project, pledge

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    return pledge(open_village_project().project)


def test_a_link_finds_its_pledge(made):
    assert pledge_by_token(pledge_token(made)) == made


def test_a_link_survives_capitals_and_spaces_around_it(made):
    assert pledge_by_token(f" {pledge_token(made).upper()} ") == made


def test_a_link_to_look_does_not_confirm(made):
    with pytest.raises(NotFound):
        pledge_by_token(pledge_token(made, Purpose.MONEY), Purpose.CONFIRM)
    assert token_open(pledge_token(made, Purpose.CONFIRM)) == (made, Purpose.CONFIRM)


def test_changed_unknown_and_empty_links_look_the_same(made):
    right = pledge_token(made)
    for wrong in (right[:-1] + ("a" if right[-1] != "a" else "b"), "0000000000-" + right[11:], made.public_id, "", "-"):
        with pytest.raises(NotFound):
            pledge_by_token(wrong)


def test_raising_the_version_ends_all_links_sent(made):
    token = pledge_token(made)
    made.token_version += 1
    made.save()
    with pytest.raises(NotFound):
        pledge_by_token(token)


def test_one_pledges_signature_does_not_open_another(made):
    other = pledge(made.project)
    with pytest.raises(NotFound):
        pledge_by_token(f"{other.public_id}-{pledge_token(made).split('-')[1]}")

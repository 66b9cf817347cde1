"""The back button, a copied link, signing in half-way: a page is asked for where only a form may send something."""

import pytest

from frontend.middleware import page_above
from funds.pledges.tokens import pledge_token
from tests.factories import funds as make
from tests.factories.pages import Visitor

pytestmark = pytest.mark.django_db


def test_whoever_asks_for_a_forms_address_is_led_to_the_page():
    world = make.open_village_project()
    page = f"/ru/money/{pledge_token(make.confirmed_pledge(world.project, 100_00))}/"
    answer = Visitor().client.get(f"{page}withdraw/")
    said = answer.content.decode()
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "Ничего не сделано" in said
    assert f'href="{page}"' in said


def test_the_api_answers_as_it_did(client):
    answer = client.get("/api/v1/projects/abcdefghjk/open/", HTTP_ACCEPT_LANGUAGE="ru")
    assert answer.status_code in (401, 405)
    assert "json" in answer["Content-Type"]


@pytest.mark.parametrize(
    ("path", "above"), [("/en/projects/of/somebody/", "/en/projects/"), ("/nonsense/", "/"), ("/", "/en/projects/")]
)
def test_the_nearest_page_above_is_ours(path, above):
    assert page_above(path) == above

"""What is written to people about their offices: short, in whole sentences, with their values as plain text."""

from pathlib import Path

import pytest

import birge.organisations
from birge.notifications.models import Notice
from birge.notifications.services import render
from birge.organisations.models import Role
from birge.organisations.services.telling import tell
from tests.factories.funds import notices, organisation, person

FOLDER = Path(birge.organisations.__file__).parent / "templates" / "notifications"
TEMPLATES = sorted(path.stem for path in FOLDER.glob("*.txt"))
VALUES = {
    "organisation": "Фонд <b>«Ак-Суу»</b> & {{ друзья }}",
    "office": "treasurer",
    "until": "3 May 2026",
    "reason": "because it's so",
    "person": "Б. Асанов",
    "asked_by": "Г. Токтогулова",
    "admitted_by": "Г. Токтогулова",
    "agreed_by": "Г. Токтогулова",
    "refused_by": "Г. Токтогулова",
    "version": "2",
    "message": "Мен <i>Ак-Суудан</i> & мен",
    "come": "Б. Асанов",
    "gone": "Г. Токтогулова",
    "acting": True,
    "trusted": "2026-05-05 10:00 UTC",
}


@pytest.mark.parametrize("kind", ["grant", "hand_over", "end_term", "lost_factor"])
@pytest.mark.parametrize("language", ["ky", "ru", "en"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_message_can_be_written_in_every_language(template, language, kind):
    subject, body = render(Notice(template=template, language=language, context=VALUES | {"kind": kind}))
    assert 0 < len(subject) <= 120
    assert 0 < len(body) <= 600
    for text in (subject, body):
        assert "&amp;" not in text
        assert "&#x27;" not in text
        assert "{%" not in text
    assert "\n\n\n" not in body


@pytest.mark.django_db
def test_nobody_is_written_to_twice_nor_without_an_address():
    somebody, unreachable, former = person(), person(), person()
    unreachable.email = None
    former.is_active = False
    tell([somebody, somebody, unreachable, former, None], "organisation_verify", organisation("custodian"))
    assert [notice.to for notice in notices("organisation_verify")] == [somebody.email]


@pytest.mark.django_db
def test_who_has_only_a_phone_gets_a_text_message():
    somebody = person()
    somebody.email, somebody.phone = None, "+996700000001"
    tell([somebody], "office_ended", organisation("custodian"), role=Role.CUSTODIAN_OFFICER, reason="So.")
    notice = notices("office_ended")[0]
    assert (notice.to_kind, notice.to) == ("sms", "+996700000001")

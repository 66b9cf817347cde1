"""Messages to donors are short, plain text, and never break on a name."""

from pathlib import Path

import pytest

from birge.notifications.models import Notice
from birge.notifications.services import render
from funds.pledges import notices
from funds.pledges.notices import pledge_notice
from tests.factories.funds import open_village_project, pledge

TEMPLATES = sorted((Path(notices.__file__).parent / "templates" / "notifications").glob("*.txt"))
FACTS = {
    "code": "123456",
    "minutes": 10,
    "match": "1 000 som",
    "horizon": "2026-12-31",
    "ways": ["Bank transfer: 1280016000000000"],
    "reference": "abc",
    "received": "500 som",
    "rest": "100 som",
    "custodian": "Fund “Together” & Co",
}


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["ky", "ru", "en"])
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_each_message_has_a_subject_and_says_its_facts(template, language):
    made = pledge(open_village_project().project, language=language)
    type(made.project).objects.filter(pk=made.project.pk).update(title_ru="Свет <в> 'Ак-Суу'")
    made.project.refresh_from_db()
    pledge_notice(made, template.stem, **FACTS)
    subject, body = render(Notice.objects.get(template=template.stem, context__reference="abc"))
    assert 5 < len(subject) < 70
    assert "/m/" in body
    assert "{{" not in body
    assert "&lt;" not in subject + body
    assert "&#x27;" not in subject + body
    assert len(body) < 900

"""Who may do what with what does not agree, and with what looks like abuse."""

from __future__ import annotations

from typing import Any

from birge.notifications.services import Contact
from funds.pledges.tokens import pledge_token
from funds.reconciliation.models import Difference
from funds.reconciliation.services import difference_explain, reconcile
from funds.settlement.services import flag_decide
from funds.watch.models import Flag
from tests.api.acting import CUSTODIAN, OFFICER, SECOND, Act, post, sign
from tests.api.acts_money import FORGED, LINK
from tests.api.acts_projects import WHY
from tests.factories.reconciling import line, stated
from tests.factories.roles import Scene
from tests.factories.statements import account_at_bank
from tests.factories.watching import confirmed_of, decided


def stray_line(scene: Scene) -> None:
    stated(account_at_bank(scene.world.custodian), line(70_00))
    reconcile(scene.world.custodian)
    scene.at["difference"] = Difference.objects.get().public_id


def old_money(scene: Scene) -> None:
    stated(account_at_bank(scene.world.custodian), opening=90_00)
    reconcile(scene.world.custodian)
    scene.at["difference"] = Difference.objects.get().public_id


def old_money_explained(scene: Scene) -> None:
    old_money(scene)
    difference_explain(difference=Difference.objects.get(), actor=scene.world.officer, note="Взносы")


def flagged(scene: Scene) -> None:
    email = scene.world.head.email
    assert email
    scene.at["token"] = pledge_token(confirmed_of(scene.world, contact=Contact("email", email)))
    scene.at["forged"] = f"{scene.at['token'].partition('-')[0]}-aaaaaaaaaaaaaaaa"
    scene.at["flag"] = Flag.objects.get().public_id


def asked(scene: Scene) -> None:
    flagged(scene)
    flag_decide(flag=Flag.objects.get(), actor=scene.world.officer, decision="office", reason="Глава")


def agreed(scene: Scene) -> None:
    flagged(scene)
    decided(scene.world, Flag.objects.get(), "office")


HIDDEN = {"denied": 404}
TWO_OFFICERS = {"denied": 404, "told": {403: OFFICER}}
NOTE: dict[str, Any] = {"note": "Звонил в банк"}
WRONG = {"words": "Я уже не глава"}
WATCH_ACTS = [
    Act("look after a difference", stray_line, post("differences/{difference}/take/"), CUSTODIAN, **HIDDEN),
    Act("note what was found out", stray_line, post("differences/{difference}/note/", NOTE), CUSTODIAN, **HIDDEN),
    Act("explain money from before", old_money, post("differences/{difference}/explain/", NOTE), CUSTODIAN, **HIDDEN),
    Act("agree about money from before", old_money_explained, sign("differences/{difference}/agree/"), SECOND,
        **TWO_OFFICERS),
    Act("decide on a flag", flagged, post("flags/{flag}/decide/", {"decision": "office", **WHY}), CUSTODIAN, **HIDDEN),
    Act("agree with a decision", asked, sign("flags/{flag}/agree/"), SECOND, **TWO_OFFICERS),
    Act("disagree with a decision", asked, post("flags/{flag}/disagree/", WHY), SECOND, **TWO_OFFICERS),
    Act("object to a decision by the link", agreed, post("pledges/{token}/object/", WRONG), **LINK),
    Act("object by a forged link", agreed, post("pledges/{forged}/object/", WRONG), **FORGED),
]  # fmt: skip

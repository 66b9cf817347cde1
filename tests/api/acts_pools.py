"""Who may do what with pools: opening, giving, promising monthly, cash, and what is decided about the money."""

from __future__ import annotations

from typing import Any

from birge import clock
from birge.organisations.models import DecidedHow, Organisation
from funds.payments.services import payment_confirm
from funds.pools.services import standing_pause, standing_start
from funds.pools.tokens import payment_code, pool_gift_token
from tests.api.acting import ASSOCIATION, CUSTODIAN, NOBODY, OFFICER, Act, post, sign
from tests.api.acts_money import FORGED, LINK
from tests.api.acts_projects import WHY
from tests.factories import funds as make
from tests.factories import pools
from tests.factories.api import money
from tests.factories.roles import EVERYONE, Scene
from tests.factories.saved_cards import kept

CHAIR, TREASURER, MEMBER = {"own association chair"}, {"own treasurer"}, {"own member"}
BELONG = ASSOCIATION | MEMBER
ACCOUNTS = EVERYONE - {"guest"}


def people_of(scene: Scene) -> pools.Association:
    """Return the scene's own association as the factories of pools know one."""
    at = {role: scene.people[f"own {role}"] for role in ("association chair", "treasurer", "signatory", "member")}
    return pools.Association(
        organisation=scene.world.association,
        chair=at["association chair"],
        treasurer=at["treasurer"],
        signatories=[at["signatory"]],
        members=[at["member"]],
    )


def agreed(scene: Scene, **terms: Any) -> None:
    """Let the association and the matching donor have terms of reference."""
    ours = people_of(scene)
    wanted = {"needed_below": 1, "needed_above": 1} | terms
    pools.terms_for(ours.organisation, ours.chair, ours.treasurer, **wanted)
    pools.terms_for(scene.matching_donor, scene.people["own matching donor"], make.person(), **wanted)
    scene.at["association"], scene.at["donor"] = ours.organisation.public_id, scene.matching_donor.public_id


def pool(scene: Scene, **terms: Any) -> pools.PoolWorld:
    """Open the association's pool with the project's custodian, and let somebody pay into it."""
    agreed(scene, **terms)
    world = pools.pool_of(people_of(scene), village=scene.world)
    scene.at["pool"], scene.at["world"] = world.pool.public_id, world
    return world


def opened(scene: Scene) -> None:
    pool(scene)


def announced(scene: Scene) -> None:
    gift = pools.announced(pool(scene))
    scene.at["gift"], scene.at["token"] = gift.public_id, pool_gift_token(gift)
    scene.at["forged"] = f"{gift.public_id}-aaaaaaaaaaaaaaaa"


def recorded(scene: Scene) -> None:
    gift = pools.announced(pool(scene))
    scene.at["token"], scene.at["forged"] = pool_gift_token(gift), f"{gift.public_id}-aaaaaaaaaaaaaaaa"
    scene.at["payment"] = pools.recorded(scene.at["world"], gift).public_id


def cash_written(scene: Scene) -> None:
    world = pool(scene)
    payment = pools.cash_recorded(world)
    gift = world.pool.gifts.get(public_id=payment.group)
    scene.at["payment"], scene.at["code"] = payment.public_id, payment_code(gift, payment.public_id)
    scene.at["token"] = pool_gift_token(gift)


def cash_booked(scene: Scene) -> None:
    pools.cash_in(pool(scene))


def promised_monthly(scene: Scene) -> None:
    donor = scene.people["donor"]
    standing = standing_start(pool=pool(scene).pool, actor=donor, amount_minor=300_00, day=5, language="ru")
    scene.at["standing"] = standing.public_id


def card_monthly(scene: Scene) -> None:
    promised_monthly(scene)
    kept(scene.at["world"].pool.custodian, "monthly", scene.at["standing"], 300_00)


def paused(scene: Scene) -> None:
    promised_monthly(scene)
    standing_pause(standing=scene.at["world"].pool.standing.get(), actor=scene.people["donor"])


def proposed(scene: Scene, by: str = "own member", **terms: Any) -> None:
    """Let somebody propose to give to the project; one yes is enough, unless the terms say otherwise."""
    world = pool(scene, **terms)
    paid = pools.recorded(world, pools.announced(world, 900_00))
    payment_confirm(payment=paid, actor=world.second_officer, proof=make.factor(world.second_officer))
    made = pools.giving(world, scene.project, 100_00, actor=scene.people[by])
    scene.at["made"], scene.at["proposal"] = made, made.public_id


def two_needed(scene: Scene) -> None:
    proposed(scene, needed_below=2, needed_above=2)


def to_vote_on(scene: Scene) -> None:
    proposed(scene, "own association chair", how=DecidedHow.VOTE, needed_below=2, needed_above=2)


def decided(scene: Scene) -> None:
    proposed(scene)
    pools.approved(scene.at["world"], scene.at["made"])


def new_pool(whose: str) -> Any:
    """Return what opens a pool of the association, or of the matching donor."""

    def body(scene: Scene) -> dict[str, Any]:
        custodian: Organisation = scene.world.custodian
        return {
            "organisation": scene.at[whose],
            "custodian": custodian.public_id,
            "currency": "KGS",
            "name_ru": "Новый фонд",
        }

    return body


GIFT = {"amount": money(50_00), "language": "ru", "contact": {"kind": "email", "value": "giver@example.org"}}
MONTHLY = {"amount": money(300_00), "day": 5}


def came(scene: Scene) -> dict[str, Any]:
    common = {"amount": money(500_00), "received_on": clock.today().isoformat(), "reference": "PG-77"}
    return {"kind": "transfer", **common}


def handed_over(scene: Scene) -> dict[str, Any]:
    return {"amount": money(80_00), "received_on": clock.today().isoformat(), "reference": "К-1"}


def to_the_project(scene: Scene) -> dict[str, Any]:
    return {"kind": "give", "amount": money(100_00), "project": scene.project.public_id, "reason": "Темно на улице"}


def read(scene: Scene) -> dict[str, Any]:
    return {"digest": scene.at["made"].digest}


def read_and_against(scene: Scene) -> dict[str, Any]:
    return {**read(scene), **WHY}


def giver_code(scene: Scene) -> dict[str, Any]:
    return {"giver_code": scene.at["code"]}


GIFTS_SEEN = {"denied": 404, "told": {403: BELONG}}  # its own people see gifts; the custodian writes payments down
CASH_SEEN = {"denied": 404}  # a pool's cash is the affair of its own people
OPEN = {"denied": 404, "told": {403: MEMBER}}  # what is not decided yet is seen by who belongs; a member proposed it
VOTE = {"denied": 404, "told": {403: CHAIR}}  # all members vote but the one who proposed it
MINE = {"may": {"donor"}, "denied": 404}
RECORDER = {"may": EVERYONE - OFFICER, "denied": 403}  # whoever wrote it down does not confirm it by somebody's link

POOL_ACTS = [
    Act("open a pool", agreed, post("pools/", new_pool("association")), CHAIR),
    Act("open a matching donor's pool", agreed, post("pools/", new_pool("donor")), {"own matching donor"}),
    Act("close a pool", opened, post("pools/{pool}/close/", WHY), CHAIR),
    Act("announce a gift to a pool", opened, post("pools/{pool}/gifts/", GIFT), EVERYONE),
    Act("take a gift to a pool back by its link", announced, post("pool-gifts/{token}/withdraw/"), **LINK),
    Act("change a pool's thanks by the link", announced,
        post("pool-gifts/{token}/credit/", {"credit_line": "Мы"}, method="put"), **LINK),
    Act("be forgotten by a pool", announced, post("pool-gifts/{token}/forget/"), **LINK),
    Act("say by the link that one paid a pool", recorded, post("pool-gifts/{token}/payments/{payment}/confirm/"),
        **RECORDER),
    Act("say by the link that one did not pay a pool", recorded,
        post("pool-gifts/{token}/payments/{payment}/refuse/"), **LINK),
    Act("say by the link that one handed cash over", cash_written,
        post("pool-gifts/{token}/payments/{payment}/confirm/"), EVERYONE - TREASURER, denied=403),
    Act("take a gift to a pool back by a forged link", announced, post("pool-gifts/{forged}/withdraw/"), **FORGED),
    Act("be forgotten by a pool by a forged link", announced, post("pool-gifts/{forged}/forget/"), **FORGED),
    Act("confirm a pool's payment by a forged link", recorded,
        post("pool-gifts/{forged}/payments/{payment}/confirm/"), **FORGED),
    Act("record a payment to a pool", announced, post("pools/{pool}/gifts/{gift}/payments/", came), CUSTODIAN,
        **GIFTS_SEEN),
    Act("confirm a payment to a pool", recorded, sign("payments/{payment}/confirm/"), {"own second officer"},
        denied=404, told={403: OFFICER}),
    Act("promise a pool something monthly", opened, post("pools/{pool}/standing/", MONTHLY | {"language": "ru"}),
        ACCOUNTS),
    Act("pause a monthly promise", promised_monthly, post("standing/{standing}/pause/"), **MINE),
    Act("resume a monthly promise", paused, post("standing/{standing}/resume/"), **MINE),
    Act("change a monthly promise", promised_monthly,
        post("standing/{standing}/change/", {"amount": money(100_00), "day": 7}), **MINE),
    Act("stop the card of a monthly promise", card_monthly, post("standing/{standing}/card/stop/"), **MINE),
    Act("end a monthly promise", promised_monthly, post("standing/{standing}/end/"), **MINE),
    Act("write a pool's cash down", opened, post("pools/{pool}/cash/", handed_over), TREASURER),
    Act("confirm a pool's cash", cash_written, sign("pools/{pool}/cash/{payment}/confirm/"),
        ASSOCIATION - TREASURER, denied=404, told={403: TREASURER | MEMBER}),
    Act("confirm a pool's cash as its custodian", cash_written, sign("payments/{payment}/confirm/"), NOBODY,
        denied=404, told={403: CUSTODIAN}),
    Act("type the giver's code", cash_written, post("pools/{pool}/cash/{payment}/code/", giver_code), BELONG,
        **CASH_SEEN),
    Act("refuse a pool's cash", cash_written, post("pools/{pool}/cash/{payment}/refuse/", WHY), ASSOCIATION,
        denied=404, told={403: MEMBER}),
    Act("take a pool's cash to the bank", cash_booked,
        sign("pools/{pool}/cash/bank/", {"amount": money(300_00), "bank_reference": "CB-1"}), CUSTODIAN),
    Act("propose to give", opened, post("pools/{pool}/proposals/", to_the_project), BELONG),
    Act("sign a proposal", two_needed, sign("proposals/{proposal}/yes/", read), ASSOCIATION, **OPEN),
    Act("sign the proposal that books", proposed, sign("proposals/{proposal}/yes/", read), ASSOCIATION, **OPEN),
    Act("sign against a proposal", two_needed, sign("proposals/{proposal}/no/", read_and_against), ASSOCIATION, **OPEN),
    Act("vote for a proposal", to_vote_on, post("proposals/{proposal}/yes/", read), BELONG - CHAIR, **VOTE),
    Act("vote against a proposal", to_vote_on, post("proposals/{proposal}/no/", read_and_against), BELONG - CHAIR,
        **VOTE),
    Act("take a proposal back", proposed, post("proposals/{proposal}/withdraw/", WHY), BELONG, denied=404),
    Act("book a proposal", decided, sign("proposals/{proposal}/book/"), ASSOCIATION),
]  # fmt: skip

"""Money from where people earn it: roubles that come as roubles, roubles that come as som, and what the bank exchanges.

The rates are those that the National Bank set on 11 August 2020, as they were given out: the newest that came with the
demonstration, which asks nobody. They are old, and every page says so.
"""

from __future__ import annotations

from birge import clock
from birge.money import Money
from funds.exchange.services import Side, exchange_ask, exchange_book
from funds.pledges.models import CreditChoice
from funds.rates.services import rates_load
from funds.rates.states import RateSource

from . import giving
from .people import proof_of
from .scene import Scene
from .stories import OPENS
from .timeline import Story
from .world import DATA, FOUNDED_DAYS_AGO, World

RATES = "nbkr_2020-08-11.xml"
FROM_MOSCOW = (CreditChoice.GROUP, "Москвадагы жердештер")


def rates(world: World) -> Story:
    """Take in the National Bank's file."""
    yield world.moment(FOUNDED_DAYS_AGO - 1, 12)
    rates_load((DATA / RATES).read_bytes(), source=RateSource.NBKR_FILE)


def from_moscow(scene: Scene) -> Story:
    """Promise twice in roubles: one gift comes as roubles, the other as som, a little less; the first is exchanged."""
    yield scene.at(OPENS + 6, 18)
    roubles = giving.Gift(Money(3_000_00, "RUB"), "RU", "ky", FROM_MOSCOW, [])
    first = giving.confirm(giving.promise(scene, roubles))
    yield scene.at(OPENS + 7, 9)
    giving.confirm_payment(scene, giving.record(scene, first))
    yield scene.at(OPENS + 8, 19)
    roubles = giving.Gift(Money(2_000_00, "RUB"), "RU", "ru", (CreditChoice.NOBODY, ""), [])
    second = giving.confirm(giving.promise(scene, roubles))
    yield scene.at(OPENS + 10, 9)
    giving.confirm_payment(scene, giving.record(scene, second, amount=scene.money(2050)))
    yield scene.at(OPENS + 11, 10)
    number, officer = scene.number(), scene.officer()
    exchange = exchange_ask(
        custodian=scene.community.custodian.organisation,
        gave=Side(Money(2_000_00, "RUB")),
        got=Side(scene.money(2080)),
        done_on=clock.today(),
        actor=officer,
        idempotency=(f"user:{officer.public_id}", number),
        reference=number,
    )
    yield scene.at(OPENS + 11, 14)
    exchange_book(exchange=exchange, actor=scene.officer(1), proof=proof_of(scene.officer(1)))

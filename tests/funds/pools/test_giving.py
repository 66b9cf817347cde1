"""Paying into a pool, once or monthly, being thanked or not, and closing a pool that holds nothing."""

import datetime as dt

import pytest
import time_machine

from birge import clock
from birge.errors import Conflict, InvalidInput, KeyReused, NotAllowed, NotFound, RuleNotMet
from birge.money import Money
from funds.banking.services import reference_for
from funds.pools.models import PoolGift, PoolGiver, StandingPromise
from funds.pools.selectors import (
    credit_lines,
    gifts_announced,
    gifts_named,
    gifts_paid,
    my_gifts,
    pool_money,
    pools_money,
    pools_of,
    pools_public,
    standing_of,
)
from funds.pools.services import (
    gift_credit_change,
    gift_forget,
    gift_withdraw,
    pool_close,
    standing_change,
    standing_end,
    standing_pause,
    standing_resume,
    standing_start,
)
from funds.pools.tokens import pool_gift_by_token, pool_gift_link, pool_gift_token, standing_by_token, standing_token
from funds.settlement.services import tick
from tests.factories import pools as make
from tests.factories.funds import contact, notices, person

pytestmark = pytest.mark.django_db
NOON = dt.time(12, tzinfo=dt.UTC)


def test_who_announces_a_gift_is_told_where_to_pay_and_what_to_write():
    world = make.pool_of()
    gift = make.announced(world, 500_00)
    (message,) = notices("pool_gift_announced")
    assert message.context["reference"] == reference_for(gift.public_id)
    assert message.context["link"] == pool_gift_link(gift)
    assert message.context["ways"] == ["bank transfer: Fund; 1280016000000000"]
    assert (gift.status, gift.recorded_by, pool_money(world.pool).held_minor) == ("announced", None, 0)


def test_signed_in_without_a_contact_ones_own_is_taken():
    world, user = make.pool_of(), person(email="me@example.org")
    gift = make.announced(world, actor=user, contact=None)
    assert (gift.giver.contact, list(my_gifts(user, world.pool))) == ("me@example.org", [gift])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"contact": None}, "contact"),
        ({"contact": contact("no address")}, "contact"),
        ({"language": "xx"}, "language"),
        ({"amount": Money(0, "KGS")}, "amount"),
        ({"amount": Money(5, "RUB")}, "amount"),
        ({"amount": Money(10**15 + 1, "KGS")}, "amount"),
        ({"credit_line": "x" * 81}, "credit_line"),
    ],
)
def test_what_cannot_be_used_is_told_at_its_field(changes, field):
    with pytest.raises(InvalidInput) as refused:
        make.announced(make.pool_of(), **changes)
    assert refused.value.field == field


def test_announced_twice_by_one_key_it_is_one_gift():
    world = make.pool_of()
    same = {"contact": contact("a@example.org"), "idempotency": ("guest:test", "once")}
    assert make.announced(world, **same) == make.announced(world, **same)
    assert len(notices("pool_gift_announced")) == 1
    with pytest.raises(KeyReused):
        make.announced(world, 501_00, **same)


def test_nobody_is_flooded_through_us():
    world = make.pool_of()
    for _n in range(8):
        make.announced(world, contact=contact("victim@example.org"))
    assert (len(notices("pool_gift_announced")), PoolGift.objects.count()) == (5, 8)


def test_a_pool_whose_last_day_has_passed_takes_no_more_announcements():
    world = make.pool_of(ends_on=clock.today())
    make.announced(world)
    with time_machine.travel(clock.now() + dt.timedelta(days=1)), pytest.raises(RuleNotMet) as refused:
        make.announced(world)
    assert refused.value.code == "closed"


def test_what_was_announced_can_be_taken_back_until_money_is_on_its_way():
    world = make.pool_of()
    first, second, third = (make.announced(world) for _n in range(3))
    assert gift_withdraw(gift=first, token=pool_gift_token(first)).status == "withdrawn"
    assert gift_withdraw(gift=first, token=pool_gift_token(first)).status == "withdrawn"
    make.recorded(world, second)
    make.paid_in(world, gift=third)
    for gift, code in ((second, "money_on_its_way"), (third, "paid")):
        with pytest.raises(RuleNotMet) as refused:
            gift_withdraw(gift=gift, token=pool_gift_token(gift))
        assert refused.value.code == code


def test_only_the_giver_takes_it_back():
    world = make.pool_of()
    gift, other = make.announced(world), make.announced(world)
    for how in ({}, {"actor": world.association.treasurer}, {"token": pool_gift_token(other)}):
        with pytest.raises(NotAllowed):
            gift_withdraw(gift=gift, **how)


def test_a_link_that_is_wrong_or_old_finds_nothing():
    world = make.pool_of()
    gift = make.announced(world)
    token = pool_gift_token(gift)
    assert pool_gift_by_token(f" {token.upper()} ") == gift
    for wrong in (token[:-1] + ("a" if token[-1] != "a" else "b"), "0" * 27, "", "-"):
        with pytest.raises(NotFound):
            pool_gift_by_token(wrong)
    PoolGift.objects.update(token_version=2)
    with pytest.raises(NotFound):
        pool_gift_by_token(token)


def test_those_who_want_it_are_thanked_by_name_each_once_and_only_for_money():
    world = make.pool_of()
    for line in ("Family Asanov", "", "Batken club", "Family Asanov"):
        make.paid_in(world, credit_line=line)
    make.announced(world, credit_line="Only words")
    assert credit_lines(world.pool) == ["Family Asanov", "Batken club"]


def test_a_giver_changes_their_mind_about_the_name():
    world = make.pool_of()
    gift = make.announced(world, credit_line="Asan")
    make.paid_in(world, gift=gift)
    gift_credit_change(gift=gift, credit_line="  ", token=pool_gift_token(gift))
    assert credit_lines(world.pool) == []


def test_a_giver_is_forgotten_and_the_money_stays():
    from funds.ledger.models import DonorOpening

    world = make.pool_of()
    gift = make.announced(world, credit_line="Asan")
    make.paid_in(world, gift=gift)
    token = pool_gift_token(gift)
    gift_forget(gift=gift, token=token)
    assert not PoolGiver.objects.exists()
    assert not DonorOpening.objects.exists()
    assert pool_money(world.pool).free_minor == 500_00
    with pytest.raises(NotFound):
        pool_gift_by_token(token)


def test_the_officer_finds_a_gift_by_what_stands_on_the_transfer():
    world = make.pool_of()
    gift = make.announced(world)
    assert gifts_named(f" {gift.public_id.upper()}", world.custodian) == gift
    assert gifts_named(gift.public_id, make.pool_of().custodian) is None


# So much a month


def standing(world, user, amount=200_00, day=5):
    return standing_start(pool=world.pool, actor=user, amount_minor=amount, day=day, language="en")


def asked_on(*days):
    """Let time pass through these days; return how many were reminded on each."""
    seen = []
    for day in days:
        with time_machine.travel(dt.datetime.combine(day, NOON)):
            seen.append(len(tick().reminded))
    return seen


@pytest.fixture
def promised():
    """Return (pool world, giver, promise) of 200 som on the 5th, made on 20 January 2026."""
    with time_machine.travel(dt.datetime(2026, 1, 20, 12, tzinfo=dt.UTC)):
        world, user = make.pool_of(), person()
        return world, user, standing(world, user)


def test_a_monthly_promise_is_asked_for_once_a_month(promised, mailoutbox):
    _world, user, _promise = promised
    d = dt.date
    assert asked_on(d(2026, 1, 31), d(2026, 2, 4), d(2026, 2, 5), d(2026, 2, 5), d(2026, 2, 28)) == [0, 0, 1, 0, 0]
    (gift,) = PoolGift.objects.all()
    assert (gift.status, gift.amount_minor, gift.standing.giver, gift.giver.user) == ("announced", 200_00, user, user)
    (message,) = [each for each in mailoutbox if "this month" in each.subject]
    assert message.to == [user.email]
    assert pool_gift_link(gift) in message.body
    assert f"Write this with the payment: {reference_for(gift.public_id)}" in message.body


def test_a_day_that_was_missed_is_made_up_for(promised):
    assert asked_on(dt.date(2026, 2, 27), dt.date(2026, 3, 5)) == [1, 1]


def test_months_that_were_missed_altogether_are_not_asked_for(promised):
    assert asked_on(dt.date(2026, 6, 2), dt.date(2026, 6, 2), dt.date(2026, 6, 5)) == [1, 0, 1]
    assert PoolGift.objects.count() == 2


def test_what_was_not_paid_last_month_is_no_longer_asked_for(promised):
    asked_on(dt.date(2026, 2, 5), dt.date(2026, 3, 5))
    assert list(PoolGift.objects.order_by("id").values_list("status", flat=True)) == ["withdrawn", "announced"]


def test_nobody_is_asked_while_it_rests(promised):
    _world, user, promise = promised
    standing_pause(standing=promise, actor=user)
    assert asked_on(dt.date(2026, 2, 5), dt.date(2026, 3, 6)) == [0, 0]
    with time_machine.travel(dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC)):
        standing_resume(standing=promise, token=standing_token(promise))
    assert asked_on(dt.date(2026, 3, 20), dt.date(2026, 4, 5)) == [0, 1]


def test_resumed_before_its_day_it_is_asked_for_in_that_month(promised):
    _world, user, promise = promised
    standing_pause(standing=promise, actor=user)
    with time_machine.travel(dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)):
        standing_resume(standing=promise, actor=user)
    assert asked_on(dt.date(2026, 3, 4), dt.date(2026, 3, 5)) == [0, 1]


def test_another_day_in_the_same_month_does_not_ask_twice(promised):
    _world, user, promise = promised
    assert asked_on(dt.date(2026, 2, 5)) == [1]
    standing_change(standing=promise, amount_minor=300_00, day=25, actor=user)
    assert asked_on(dt.date(2026, 2, 25), dt.date(2026, 3, 24), dt.date(2026, 3, 25)) == [0, 0, 1]
    assert PoolGift.objects.last().amount_minor == 300_00


def test_ended_it_is_not_asked_for_and_can_begin_anew(promised):
    world, user, promise = promised
    ended = standing_end(standing=promise, actor=user)
    assert standing_end(standing=promise, actor=user).status == ended.status == "ended"
    assert asked_on(dt.date(2026, 2, 5)) == [0]
    assert standing_of(user, world.pool) is None
    for act in (standing_pause, standing_resume):
        with pytest.raises(RuleNotMet) as refused:
            act(standing=promise, actor=user)
        assert refused.value.code == "ended"
    standing(world, user)
    assert StandingPromise.objects.count() == 2


def test_one_monthly_promise_for_one_person_and_pool(promised):
    world, user, promise = promised
    with pytest.raises(Conflict) as refused:
        standing(world, user)
    assert refused.value.code == "started_already"
    assert standing_of(user, world.pool) == promise


def test_only_its_giver_touches_it(promised):
    _world, _user, promise = promised
    other = standing(make.pool_of(), person())
    for how in ({}, {"actor": person()}, {"token": standing_token(other)}):
        with pytest.raises(NotAllowed):
            standing_pause(standing=promise, **how)
    with pytest.raises(NotFound):
        standing_by_token("nonsense")


@pytest.mark.parametrize(("amount", "day", "field"), [(0, 5, "amount"), (1_00, 0, "day"), (1_00, 29, "day")])
def test_a_monthly_promise_that_cannot_be_is_told_at_its_field(amount, day, field):
    with pytest.raises(InvalidInput) as refused:
        standing(make.pool_of(), person(), amount, day)
    assert refused.value.field == field


def test_who_closed_their_account_is_left_alone(promised):
    _world, user, _promise = promised
    user.is_active = False
    user.save()
    assert asked_on(dt.date(2026, 2, 5)) == [0]


def test_after_the_pools_last_day_nobody_is_asked(promised):
    world, _user, _promise = promised
    world.pool.ends_on = dt.date(2026, 2, 4)
    world.pool.save()
    assert asked_on(dt.date(2026, 2, 5), dt.date(2026, 3, 5)) == [0, 0]


# Closing, and lists


def test_an_empty_pool_is_closed_and_takes_nothing_more():
    world, user = make.pool_of(), person()
    gift, promise = make.announced(world), standing(world, user)
    closed = pool_close(pool=world.pool, actor=world.association.chair, reason="Done")
    assert closed.status == "closed"
    assert pool_close(pool=world.pool, actor=world.association.chair, reason="Done").status == "closed"
    gift.refresh_from_db(), promise.refresh_from_db()
    assert (gift.status, promise.status) == ("withdrawn", "ended")
    for act in (
        lambda: make.announced(world),
        lambda: make.recorded(world, gift),
        lambda: make.cash_recorded(world),
        lambda: standing(world, person()),
    ):
        with pytest.raises(RuleNotMet) as refused:
            act()
        assert refused.value.code == "closed"


def test_a_pool_that_holds_or_awaits_or_decides_something_is_not_closed():
    empty = make.pool_of()
    full, waiting = make.pool_with_money(1_00), make.pool_of()
    deciding = make.pool_of()
    make.recorded(waiting, make.announced(waiting))
    make.proposed(deciding, 1_00, kind="pass_on", to_pool=make.pool_of(beside=deciding).pool)
    for world, code in ((full, "not_empty"), (waiting, "money_on_its_way"), (deciding, "deciding")):
        with pytest.raises(RuleNotMet) as refused:
            pool_close(pool=world.pool, actor=world.association.chair, reason="Done")
        assert refused.value.code == code
    with pytest.raises(InvalidInput):
        pool_close(pool=empty.pool, actor=empty.association.chair, reason=" ")
    with pytest.raises(NotAllowed):
        pool_close(pool=empty.pool, actor=empty.association.treasurer, reason="Done")


def test_what_comes_back_to_a_closed_pool_can_still_be_decided_on():
    from funds.settlement.services import project_cancel_and_refund

    world, village = make.pool_and_village(800_00)
    make.booked(world, make.giving(world, village.project, 800_00))
    pool_close(pool=world.pool, actor=world.association.chair, reason="Done")
    project_cancel_and_refund(project=village.project, actor=village.head, reason="no road")
    district = make.pool_of(beside=world)
    make.booked(world, make.proposed(world, 800_00, kind="pass_on", to_pool=district.pool))
    assert pool_money(district.pool).free_minor == 800_00


def test_the_money_of_many_pools_is_asked_for_at_once(django_assert_num_queries):
    world = make.pool_with_money(500_00)
    others = [make.pool_with_money(100_00 + n, beside=world) for n in range(3)]
    make.cash_in(world, 30_00)
    make.booked(world, make.matching(world, 200_00))
    pools = list(pools_public())
    with django_assert_num_queries(3):
        money = pools_money(pools)
    for each in (world, *others):
        assert money[each.pool.public_id] == pool_money(each.pool)
    assert money[world.pool.public_id].free_minor == 330_00
    assert money[world.pool.public_id].set_aside_minor == 200_00


def test_lists_of_gifts_ask_one_question(django_assert_num_queries):
    world = make.pool_of()
    for _n in range(4):
        make.paid_in(world, actor=person())
        make.announced(world)
    with django_assert_num_queries(1):
        assert len([gift.giver.user.name for gift in gifts_paid(world.pool)]) == 4
    with django_assert_num_queries(1):
        assert len([gift.giver.contact for gift in gifts_announced(world.pool)]) == 4
    with django_assert_num_queries(1):
        assert len(credit_lines(world.pool)) == 0


def test_an_organisation_that_is_not_verified_shows_no_pools():
    world = make.pool_of()
    world.association.organisation.status = "suspended"
    world.association.organisation.save()
    assert not pools_public()
    assert list(pools_of(world.association.organisation)) == [world.pool]

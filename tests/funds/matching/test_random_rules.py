"""Whatever happens, in whatever order: no rule gives more than was set aside for it, and the books agree.

(That the books agree is checked after each test: see conftest.)
"""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from birge.notifications.services import Contact
from funds.ledger.checks import check_ledger
from funds.matching.models import Reservation
from funds.matching.rule_selectors import matched_minor, rule_money
from funds.pledges.models import Pledge
from funds.settlement.services import pledge_withdraw_and_release, project_cancel_and_refund
from tests.factories.funds import confirmed_pledge, open_village_project, pay, pledge
from tests.factories.matching import changed, ended, free_of, published

BUDGET = 1_500_00
RULES = [
    {"kind": "proportional", "rate": "1"},
    {"kind": "proportional", "rate": "3", "cap_per_donor": "400", "cap_per_project": "900"},
    {"kind": "proportional", "rate": "0.333", "counted_per_contribution": "250", "gifts_per_donor": 2},
    {
        "kind": "tiers",
        "per": "donor",
        "tiers": [{"up_to": "200", "rate": "0.5"}, {"up_to": "700", "rate": "0.25"}, {"up_to": None, "rate": "0"}],
    },
]
which_rules = st.lists(st.integers(min_value=0, max_value=3), min_size=1, max_size=2)
steps = st.lists(
    st.tuples(
        st.sampled_from(["pledge", "pledge", "pledge", "pay", "part", "withdraw", "change", "end"]),
        st.integers(min_value=0, max_value=5),
        st.integers(min_value=100_00, max_value=900_00),
    ),
    min_size=3,
    max_size=12,
)


class RandomHistories(TestCase):
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        rules=st.lists(st.integers(min_value=0, max_value=3), min_size=1, max_size=2), steps=steps, fails=st.booleans()
    )
    def test_no_history_overdraws_a_rule(self, rules, steps, fails):
        world = open_village_project(donors=20_000_00, village=5_000_00, matching=2_000_00)
        versions = [published(world.custodian, RULES[each], amount=BUDGET) for each in rules]
        people = [Contact("email", f"p{n}@example.org") for n in range(3)]
        for what, which, amount in steps:
            self.step(world, versions, people, what, which, amount)
            for version in versions:
                money = rule_money(version.rule)
                assert min(money.offered, money.reserved, money.given) >= 0
                assert money.offered + money.reserved + money.given + free_of(version) == BUDGET
            assert matched_minor(world.project) <= 2_000_00
        if fails:
            project_cancel_and_refund(project=world.project, actor=world.head, reason="no land")
            assert not Reservation.objects.filter(status="reserved").exists()
        assert check_ledger() == []

    def step(self, world, versions, people, what, which, amount):
        version = versions[which % len(versions)]
        waiting = list(Pledge.objects.filter(project=world.project, status__in=["confirmed", "due"]).order_by("id"))
        if what == "pledge":
            confirmed_pledge(world.project, made=pledge(world.project, amount, contact=people[which % 3]))
        elif what == "change" and version.rule.status == "published":
            changed(version.rule, RULES[which % 4])
        elif what == "end":
            ended(version.rule)
            version.rule.refresh_from_db()
        elif what in ("pay", "part", "withdraw") and waiting:
            chosen = waiting[which % len(waiting)]
            if what == "withdraw":
                pledge_withdraw_and_release(pledge=chosen, actor=world.officer, reason="rang us")
            else:
                pay(world, chosen, chosen.amount_minor // 3 if what == "part" else None)

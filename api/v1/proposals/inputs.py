"""What is proposed, and what is said to it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from api.fields import Day, MoneyInput, OneOf, PublicId, StrictSerializer, Text
from api.v1.payments.inputs import FACTOR_CODE
from funds.pools.services.content import LONGEST_NAME
from funds.pools.services.proposals import REASON_LENGTH
from funds.pools.states import ProposalKind

DIGEST = "`digest` of the proposal as you read it: if it is another one by now, your answer is refused (`changed`)."
GOES_WITH = {
    ProposalKind.GIVE: {"amount", "project"},
    ProposalKind.PASS_ON: {"amount", "to_pool"},
    ProposalKind.MATCH: {"amount", "rule", "rule_ref", "name"},
    ProposalKind.RULE_CHANGE: {"rule", "rule_ref"},
    ProposalKind.RULE_END: {"rule_ref"},
}


class ProposalInput(StrictSerializer):
    """What is to become of a pool's money.

    `give`: amount, project. `pass_on`: amount, to_pool. `match`: amount, and name and rule for a new rule, or rule_ref
    to give more to one that stands. `rule_change`: rule_ref, rule. `rule_end`: rule_ref.
    """

    kind = OneOf(choices=ProposalKind.choices)
    reason = Text(max_length=REASON_LENGTH, help_text="Why, for those who decide.")
    amount = MoneyInput(required=False)
    project = PublicId(required=False)
    to_pool = PublicId(required=False, help_text="Another pool with the same custodian and currency.")
    rule = serializers.DictField(required=False, help_text="The rule's data, as the matching engine reads them.")
    rule_ref = PublicId(required=False, help_text="A rule of this pool.")
    name = Text(max_length=LONGEST_NAME, required=False, help_text="Of the new rule, for everyone to read.")
    deadline = Day(required=False, help_text="The last day to decide; else as the terms of reference say.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what does not go with the kind: it was perhaps meant."""
        known = {"kind", "reason", "deadline", *GOES_WITH[ProposalKind(attrs["kind"])]}
        if "rule_ref" in attrs and attrs["kind"] == ProposalKind.MATCH:
            known -= {"rule", "name"}
        odd = [name for name in attrs if name not in known]
        if odd:
            message = _("This does not go with this kind of proposal.")
            raise serializers.ValidationError({name: [message] for name in odd}, code="unknown")
        return attrs


class YesInput(StrictSerializer):
    """Yes to what was read."""

    digest = Text(max_length=64, help_text=DIGEST)
    code = Text(max_length=40, required=False, help_text=f"{FACTOR_CODE} Needed where signatures decide.")


class NoInput(YesInput):
    """No to what was read."""

    reason = Text(max_length=300)

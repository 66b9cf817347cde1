"""What the lines of a statement say to a reader."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from funds.ledger import codes
from funds.ledger.kinds import EntryKind
from funds.ledger.models import Posting
from funds.matching.models import Rule
from projects.works.models import Project

from .models import Pool, PoolGiver


class Words:
    """What the lines of some entries say, looked up together."""

    def __init__(self, pool: Pool, language: str, postings: Iterable[Posting], *, named: bool) -> None:
        """Look up every project, pool and rule that these entries name; givers too, if they are to be `named`."""
        listed = list(postings)
        self.pool, self.language = pool, language
        self.others = {posting.pk: _other_side(posting) for posting in listed}
        refs = {codes.parse(code).purpose_ref for code in self.others.values()}
        self.projects = {each.public_id: each.title(language) for each in Project.objects.filter(public_id__in=refs)}
        self.pools = {each.public_id: each.name(language) for each in Pool.objects.filter(public_id__in=refs)}
        lines = {codes.parse(code).line for code in self.others.values()}
        self.rules = dict(Rule.objects.filter(public_id__in=lines).values_list("public_id", "name"))
        groups = {posting.entry.group for posting in listed if posting.entry.group}
        thanked = PoolGiver.objects.filter(gift__public_id__in=groups if named else []).exclude(credit_line="")
        self.givers = dict(thanked.values_list("gift__public_id", "credit_line"))

    def purpose(self, posting: Posting) -> str:
        """Return the public id of what stands on the other side, if it is a project, a pool or a rule."""
        part = codes.parse(self.others[posting.pk])
        return "" if part.type not in ("held", "advance", "shortfall") else part.line or part.purpose_ref

    def say(self, posting: Posting) -> str:
        """Return the line in words."""
        entry = posting.entry
        kind = EntryKind(entry.reverses.kind if entry.reverses else entry.kind)
        said = self._said(kind, posting)
        return _("Put right: %(what)s") % {"what": said} if entry.reverses else said

    def _said(self, kind: EntryKind, posting: Posting) -> str:
        part = codes.parse(self.others[posting.pk])
        project = self.projects.get(part.purpose_ref, part.purpose_ref)
        rule = self.rules.get(part.line, part.line)
        match kind:
            case EntryKind.PAYMENT_RECEIVED:
                giver = self.givers.get(posting.entry.group, "")
                cash = part.type == "cash" and part.purpose_ref == self.pool.public_id
                if giver:
                    return _("Came from %(giver)s") % {"giver": giver}
                return _("Came in cash, to the treasurer") if cash else _("Came from a giver")
            case EntryKind.POOL_GIVEN:
                return _("Given to “%(project)s”") % {"project": project}
            case EntryKind.POOL_RETURNED:
                return _("Back from “%(project)s”, which did not come about") % {"project": project}
            case EntryKind.POOL_PASSED | EntryKind.TRANSFER_RECEIVED:
                other = self.pools.get(part.purpose_ref, part.purpose_ref)
                passed_on = (posting.amount > 0) != bool(posting.entry.reverses)
                return (_("Passed on to “%(pool)s”") if passed_on else _("Came from “%(pool)s”")) % {"pool": other}
            case EntryKind.MATCH_BUDGETED:
                return _("Set aside for “%(rule)s”") % {"rule": rule} if part.line else _("Set aside")
            case EntryKind.MATCH_UNBUDGETED:
                return _("Free again from “%(rule)s”") % {"rule": rule} if part.line else _("Free again")
            case EntryKind.MATCH_ALLOCATED:
                return _("Matched gifts to “%(project)s”") % {"project": project}
            case EntryKind.MATCH_REVERSED:
                return _("Match back from “%(project)s”") % {"project": project}
            case _:
                return str(kind.label)


def _other_side(posting: Posting) -> str:
    """Return the account on the other side; where there are several, the first that is not this one."""
    others = [each.account.code for each in posting.entry.postings.all() if each.account_id != posting.account_id]
    return others[0] if others else posting.account.code

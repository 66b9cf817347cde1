"""Who gives to a project and earns from it, or decides on it: found by account, contact and name."""

from __future__ import annotations

from birge.accounts.models import User
from birge.notifications.contacts import contact_root
from birge.organisations.models import Role
from birge.organisations.selectors import officers
from funds.banking.models import BankLine
from funds.payments.models import Payment
from funds.pledges.models import Pledge, PledgeContact, PledgeCredit
from funds.releases.models import Expense

FORMS = frozenset({"осоо", "ооо", "ип", "чп", "жчк", "оао", "зао", "llc", "ltd"})  # of firms, before their names
VILLAGE_OFFICES = (Role.HEAD, Role.FINANCE_OFFICER, Role.FOCAL_POINT)


def related_by(pledge: Pledge) -> list[str]:
    """Return why this promise looks like a related party's: `office`, `signatory`, `supplier`; nothing if not."""
    found = []
    project = pledge.project
    if _is_one_of(pledge, list(officers(project.administration, VILLAGE_OFFICES))):
        found.append("office")
    signers = [each for each in (project.outside_signatory, project.outside_substitute) if each is not None]
    if _is_one_of(pledge, signers):
        found.append("signatory")
    if _is_supplier(pledge):
        found.append("supplier")
    return found


def _is_one_of(pledge: Pledge, people: list[User]) -> bool:
    if pledge.donor_id is not None and pledge.donor_id in {each.pk for each in people}:
        return True
    contact = PledgeContact.objects.filter(pledge=pledge).values_list("value", flat=True).first()
    own = {contact_root(value) for each in people for value in (each.email, each.phone) if value}
    return contact is not None and contact_root(contact) in own


def _is_supplier(pledge: Pledge) -> bool:
    """Say whether a receipt of the project names who gives: by the words of thanks, or the sender at the bank."""
    suppliers = {
        _plain(name) for name in Expense.objects.filter(project=pledge.project).values_list("supplier", flat=True)
    }
    suppliers.discard("")
    if not suppliers:
        return False
    names = set(PledgeCredit.objects.filter(pledge__group=pledge.group).values_list("line", flat=True))
    payments = Payment.objects.filter(group=pledge.group).values("public_id")
    lines = BankLine.objects.filter(account__custodian_id=pledge.custodian_id)
    lines = lines.filter(payment_ref__in=payments) | lines.filter(expected_ref=pledge.group)
    names |= set(lines.values_list("other_name", flat=True))
    if pledge.donor is not None:
        names.add(pledge.donor.name)
    return bool(suppliers & {_plain(name) for name in names})


def _plain(name: str) -> str:
    """Return a firm's name without quotes, case and its legal form: «ОсОО "Свет"» and «свет» are one."""
    words = "".join(sign if sign.isalnum() else " " for sign in name.casefold()).split()
    return " ".join(word for word in words if word not in FORMS)

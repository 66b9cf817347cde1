"""What changes organisations, and who holds which office in them.

**Two persons, and one of them from outside.** Nobody verifies the organisation they applied for, nobody approves
what they asked for, and nobody decides about themselves; the database refuses the latter two as well. Who decides is a
platform administrator with a fresh second factor who holds no office in any organisation (being a member of an
association is none): neither the village's chain nor a friend on the other side can fill a seat.

**Nobody stands on two sides.** One person cannot hold an office in a village administration and sign for a migrant
association, be a custodian's officer, or sit in a local council (`rules.APART`): they would ask and sign, sign and
pay, or write and adopt, alone. This is looked at when an office is asked for and again when it is granted.

**What an office does not give.** An office in an association does not make its holder the outside signatory of a
project: that is a named person, and changing the name needs both sides (`projects.works`, signatory changes). This
package knows nothing of projects; imports go one way.

**Those who own pools** agree in writing on how they decide (`terms`): one who leads writes, another who signs agrees.
Whoever wants to be a member asks (`joining`); the chair decides.

Locks are taken in one order: request, person, place, organisation. Terms of reference and requests to join have no
lock of their own: the organisation's guards them.
"""

from .asking import office_request
from .deciding import office_request_approve, office_request_refuse
from .joining import join_approve, join_ask, join_refuse, join_withdraw
from .members import member_admit, member_leave, member_remove
from .terms import terms_approve, terms_ask, terms_refuse
from .verifying import (
    organisation_apply,
    organisation_papers_attach,
    organisation_refuse,
    organisation_resume,
    organisation_suspend,
    organisation_verify,
)

__all__ = [
    "join_approve",
    "join_ask",
    "join_refuse",
    "join_withdraw",
    "member_admit",
    "member_leave",
    "member_remove",
    "office_request",
    "office_request_approve",
    "office_request_refuse",
    "organisation_apply",
    "organisation_papers_attach",
    "organisation_refuse",
    "organisation_resume",
    "organisation_suspend",
    "organisation_verify",
    "terms_approve",
    "terms_ask",
    "terms_refuse",
]

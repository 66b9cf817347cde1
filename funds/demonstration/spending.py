"""Money leaves and work is done: tranches with their signatures, receipts, stages reported and seen."""

from __future__ import annotations

from birge import clock
from birge.documents.models import DocumentKind
from birge.money import Money
from birge.organisations.models import Role
from funds.releases.models import Expense, Release, ReleaseStatus
from funds.releases.services import (
    expense_accept,
    expense_refuse,
    expense_submit,
    release_ask,
    release_pay,
    release_sign,
)
from projects.works.models import BudgetLine
from projects.works.services import milestone_accept, milestone_report, project_complete, project_start

from .papers import receipt
from .people import proof_of
from .scene import CURRENCY, Scene
from .timeline import Story

IN_KIND_LINE = "Ашар"  # work is no money, and has no receipt


def start(scene: Scene) -> None:
    """Let the head begin the work."""
    scene.project = project_start(project=scene.fresh(), actor=scene.who(Role.HEAD))


def ask(scene: Scene, position: int) -> Release:
    """Let the finance officer ask for the money of a stage, the first time on a contract."""
    clerk, first = scene.who(Role.FINANCE_OFFICER), position == 1
    basis = scene.paper(DocumentKind.CONTRACT, scene.words["contract"], clerk) if first else None
    reason = scene.words["release_first" if first else "release_next"]
    return release_ask(milestone=scene.stage(position), actor=clerk, reason=reason, basis=basis)


def sign(scene: Scene, release: Release, role: Role) -> Release:
    """Let the head, or the outside signatory, sign."""
    return release_sign(release=release, actor=scene.who(role), proof=proof_of(scene.who(role)))


def pay_out(scene: Scene, release: Release) -> Release:
    """Let the custodian's second officer pay, with the bank's line."""
    officer = scene.officer(1)
    line = scene.paper(DocumentKind.BANK_LINE, scene.number(), officer)
    return release_pay(
        release=release, actor=officer, bank_reference=scene.number(), bank_line=line, proof=proof_of(officer)
    )


def tranche(scene: Scene, position: int, day: int) -> Story:
    """Tell how the money of a stage leaves, in five days: asked, signed twice, paid."""
    yield scene.at(day, 6)
    release = ask(scene, position)
    yield scene.at(day + 1, 7)
    release = sign(scene, release, Role.HEAD)
    yield scene.at(day + 2, 18)
    release = sign(scene, release, Role.SIGNATORY)
    yield scene.at(day + 4, 10)
    pay_out(scene, release)


def show_receipts(scene: Scene, position: int, percent: int = 100) -> list[Expense]:
    """Let the finance officer show receipts for so much of a stage's money, line of the budget by line."""
    release = Release.objects.select_related("project").get(
        project=scene.project, milestone__position=position, status=ReleaseStatus.PAID
    )
    clerk, rest = scene.who(Role.FINANCE_OFFICER), release.amount_minor * percent // 100
    shown: list[Expense] = []
    for line in scene.project.budget_lines.exclude(text=IN_KIND_LINE).order_by("position"):
        open_minor = line.total_minor - _shown_minor(scene, line)
        amount = min(open_minor, rest)
        if amount <= 0:
            continue
        number = f"{scene.dice.randint(10_000, 99_999)}"
        paper = receipt(
            line.text, seed=f"{scene.key}-{number}", actor=clerk, organisation=scene.community.administration
        )
        shown.append(
            expense_submit(
                release=release,
                budget_line=line,
                amount=Money(amount, CURRENCY),
                supplier=scene.dice.choice(scene.words["supplier"]),
                number=number,
                spent_on=clock.today(),
                receipt=paper,
                actor=clerk,
            )
        )
        rest -= amount
    return shown


def accept_receipts(scene: Scene, shown: list[Expense]) -> None:
    """Let the outside signatory accept them."""
    for expense in shown:
        expense_accept(expense=expense, actor=scene.who(Role.SIGNATORY))


def refuse_receipt(scene: Scene, expense: Expense) -> None:
    """Let the outside signatory send one back."""
    expense_refuse(expense=expense, actor=scene.who(Role.SIGNATORY), reason=scene.words["receipt_refused"])


def report(scene: Scene, position: int) -> None:
    """Let the village report a stage as done, with drawings if it has something to say."""
    milestone_report(milestone=scene.stage(position), actor=scene.who(Role.FOCAL_POINT))
    text = scene.voice["stages"][position - 1]
    if text:
        scene.tell(text, stage=scene.stage(position), pictures=2)


def accept(scene: Scene, position: int) -> None:
    """Let the outside signatory say that it is really done."""
    milestone_accept(milestone=scene.stage(position), actor=scene.who(Role.SIGNATORY))


def complete(scene: Scene) -> None:
    """Let the head say that all is built."""
    scene.project = project_complete(project=scene.fresh(), actor=scene.who(Role.HEAD))


def _shown_minor(scene: Scene, line: BudgetLine) -> int:
    live = Expense.objects.filter(project=scene.project, budget_line=line).exclude(status="refused")
    return sum(expense.amount_minor for expense in live)

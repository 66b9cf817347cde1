"""One project with everyone around it, and what its village does on paper: write, submit, adopt, open, tell, answer."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from birge import clock
from birge.accounts.models import User
from birge.documents.models import Document, DocumentKind
from birge.money import Money
from birge.organisations.models import Role
from birge.places.selectors import places_current
from funds.settlement.services import project_open_with_money
from projects.questions.models import Question
from projects.questions.services import question_answer, question_ask
from projects.updates.services import update_publish
from projects.works.models import Milestone, Party, Project
from projects.works.services import (
    BudgetLineData,
    MilestoneData,
    ShareData,
    budget_lines_set,
    milestones_set,
    project_adopt,
    project_create,
    project_submit,
    quote_attach,
    shares_set,
)

from .papers import paper, photo, picture
from .world import Community, World

CURRENCY = "KGS"


@dataclass
class Scene:
    """The stage of one project. Days are counted from the day on which its draft was written, `begins` days ago."""

    world: World
    community: Community
    plan: Mapping[str, Any]
    voice: Mapping[str, Any]
    words: Mapping[str, Any]
    begins: int
    dice: random.Random = field(init=False)
    project: Project = field(init=False)
    papers: int = 0

    def __post_init__(self) -> None:
        """Let the same project always fall out the same way."""
        self.dice = random.Random(self.key)  # noqa: S311 - invented people, not secrets

    @property
    def key(self) -> str:
        """Return the name of the project in the files."""
        return str(self.plan["key"])

    @property
    def language(self) -> str:
        """Return the language in which the village writes."""
        return str(self.plan["language"])

    def at(self, day: int, hour: int = 9, minute: int = 0) -> dt.datetime:
        """Return a moment of that day of the project's life."""
        return self.world.moment(self.begins - day, hour, minute)

    def date(self, day: int) -> dt.date:
        """Return that day of the project's life."""
        return self.at(day).date()

    def who(self, role: Role) -> User:
        """Return who holds this office in the project's community."""
        return self.community.people[role]

    def officer(self, number: int = 0) -> User:
        """Return an officer of the custodian: 0 records, 1 confirms."""
        return self.community.custodian.officers[number]

    def money(self, som: int) -> Money:
        """Return som as Money."""
        return Money(som * 100, CURRENCY)

    def number(self) -> str:
        """Return the next number for a paper or a bank's line of this project."""
        self.papers += 1
        return f"{self.key.upper()}-{self.papers:03}"

    def fresh(self) -> Project:
        """Return the project as it is now."""
        self.project = Project.objects.select_related("custodian", "administration").get(pk=self.project.pk)
        return self.project

    def paper(self, kind: DocumentKind, title: str, actor: User) -> Document:
        """Return a new drawn paper of the village, or for a bank's line of the custodian."""
        owner = self.community.custodian.organisation if kind == DocumentKind.BANK_LINE else None
        organisation = owner or self.community.administration
        return paper(kind, title, number=self.number(), actor=actor, organisation=organisation)

    def stage(self, position: int) -> Milestone:
        """Return a stage, counted from 1."""
        return Milestone.objects.select_related("project").get(project=self.project, position=position)

    def write(self, *, stages: bool = True) -> None:
        """Let the focal point write the project down, with a drawing for a picture."""
        author, plan = self.who(Role.FOCAL_POINT), self.plan
        keeper_name, keeper_role = plan["keeper"]
        names = [f"{stem}_{language}" for stem in ("title", "summary") for language in ("ky", "ru", "en")]
        administration = self.community.administration
        cover = photo(plan["picture"], self.key, self.words["photo"], actor=author, organisation=administration)
        self.project = project_create(
            village=places_current().get(soate=plan["village"]),
            administration=administration,
            actor=author,
            category=plan["category"],
            language=self.language,
            currency=CURRENCY,
            people_asked=plan["asked"],
            permits=self.words["permits"].format(n=self.dice.randint(11, 98)),
            keeper_name=keeper_name,
            keeper_role=keeper_role,
            upkeep_yearly_minor=plan["upkeep"] * 100,
            picture=cover,
            **{name: plan[name] for name in names},
        )
        self.costs()
        donor = self.world.donor
        shares = [
            ShareData(party=party, amount_minor=som * 100, organisation=donor if party == Party.MATCHING else None)
            for party, som in plan["shares"].items()
        ]
        shares_set(project=self.project, actor=author, shares=shares)
        if stages:
            self.stages()

    def costs(self) -> None:
        """Write the budget down; the quotes follow once the council has it."""
        lines = [
            BudgetLineData(text=text, quantity=Decimal(count), unit=unit, unit_price_minor=int(price) * 100)
            for text, count, unit, price in self.plan["lines"]
        ]
        budget_lines_set(project=self.project, actor=self.who(Role.FOCAL_POINT), lines=lines)

    def stages(self) -> None:
        """Write the stages down, each with the day by which it is to be done."""
        due = self.plan.get("due", [150 + 45 * number for number, _stage in enumerate(self.plan["stages"])])
        milestones = [
            MilestoneData(text=text, tranche_minor=som * 100, due_on=self.date(day))
            for (text, som), day in zip(self.plan["stages"], due, strict=True)
        ]
        milestones_set(project=self.project, actor=self.who(Role.FOCAL_POINT), milestones=milestones)

    def submit(self) -> None:
        """Hand it to the council."""
        self.project = project_submit(project=self.project, actor=self.who(Role.FOCAL_POINT))

    def quotes(self) -> None:
        """Attach a quote to every line."""
        clerk = self.who(Role.FINANCE_OFFICER)
        for line in self.project.budget_lines.select_related("project").order_by("position"):
            document = self.paper(DocumentKind.QUOTE, line.text, clerk)
            quote_attach(line=line, actor=clerk, document=document)

    def adopt(self) -> None:
        """Let the council's chair adopt it by a resolution."""
        chair = self.who(Role.COUNCIL_CHAIR)
        number = f"{self.dice.randint(3, 40)}/{self.dice.randint(1, 9)}"
        document = paper(
            DocumentKind.RESOLUTION, number, number=number, actor=chair, organisation=self.community.council
        )
        self.project = project_adopt(
            project=self.project, actor=chair, resolution=document, number=number, date=clock.today()
        )

    def open(self, *, days: int) -> None:
        """Let the head open it for so many days; the association's signatory will sign from outside."""
        self.project = project_open_with_money(
            project=self.project,
            actor=self.who(Role.HEAD),
            deadline=clock.today() + dt.timedelta(days=days),
            custodian=self.community.custodian.organisation,
            outside_signatory=self.who(Role.SIGNATORY),
            outside_substitute=self.who(Role.TREASURER),
            signatory_organisation=self.community.association,
        )

    def tell(self, text: str, *, subject: str = "works", stage: Milestone | None = None, pictures: int = 1) -> None:
        """Publish news with drawings for photos."""
        seeds = [f"{self.key}-{clock.today()}-{number}" for number in range(pictures)]
        update_publish(
            project=self.fresh(),
            actor=self.who(Role.FOCAL_POINT),
            text=text,
            language=self.language,
            photos=[picture(subject, seed) for seed in seeds],
            captions=[self.words["photo"]] * pictures,
            milestone=stage,
            taken_on=clock.today(),
        )

    def ask(self, question: Mapping[str, Any]) -> Question:
        """Let somebody ask, with or without a name."""
        return question_ask(
            project=self.fresh(),
            text=question["text"],
            asker_name=question["who"],
            language=question["language"],
            actor=None,
        )

    def answer(self, asked: Question, text: str) -> None:
        """Let the focal point answer."""
        question_answer(question=asked, actor=self.who(Role.FOCAL_POINT), text=text)

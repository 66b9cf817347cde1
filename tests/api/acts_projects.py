"""Who may do what with projects, from the draft to the end, and with all that is said about them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from birge import clock
from projects.questions.services import question_ask
from projects.works.models import Project
from projects.works.services import (
    milestone_report,
    project_move,
    project_start,
    project_suspend,
    signatory_change_ask,
)
from projects.works.states import ProjectStatus
from tests.api.acting import (
    ADMINISTRATOR,
    ASSOCIATION,
    CLERKS,
    COUNCIL,
    CUSTODIAN,
    HEAD,
    SIGNERS,
    VILLAGE,
    Act,
    post,
    sign,
)
from tests.factories import funds as make
from tests.factories.api import money, upload_form
from tests.factories.roles import EVERYONE, Scene

TOTAL = 10_000_00


def on_paper(status: str) -> Any:
    """Return a stage in which the village has another project that is still on paper."""

    def stage(scene: Scene) -> None:
        administration, place = scene.project.administration, scene.project.village
        made = make.adopted_project(donors=TOTAL, village_share=TOTAL, administration=administration, place=place)
        paper = {} if status == "adopted" else {"resolution": None, "resolution_number": "", "resolution_date": None}
        Project.objects.filter(pk=made.pk).update(status=status, **paper)
        made.refresh_from_db()
        scene.world.project = made
        scene.at["resolution"] = make.paper(scene.world, "resolution").public_id
        scene.at["quote"] = make.paper(scene.world, "quote").public_id

    return stage


def opened(scene: Scene) -> None:
    """Leave it as it is: money is raised."""


def funded(scene: Scene) -> None:
    make.pay(scene.world, make.confirmed_pledge(scene.project, TOTAL))
    make.village_pays(scene.world, TOTAL)
    scene.world.project.refresh_from_db()


def under_way(scene: Scene) -> None:
    funded(scene)
    scene.world.project = project_start(project=scene.project, actor=scene.world.head)


def reported(scene: Scene) -> None:
    under_way(scene)
    milestone_report(milestone=make.stage(scene.world, 1), actor=scene.world.finance_officer)


def built(scene: Scene) -> None:
    under_way(scene)
    make.shown(scene.world, 1)


def kept_for_a_year(scene: Scene) -> None:
    built(scene)
    with clock.moved_to(clock.now() - dt.timedelta(days=400)):
        project_move(scene.project, ProjectStatus.COMPLETED, actor=scene.world.head)


def suspended(scene: Scene) -> None:
    project_suspend(project=scene.project, actor=scene.world.officer, reason="Проверка")


def short_of_money(scene: Scene) -> None:
    make.confirmed_pledge(scene.project, TOTAL)
    Project.objects.filter(pk=scene.project.pk).update(grace_until=clock.today())


def asked(scene: Scene) -> None:
    question = question_ask(project=scene.project, text="Когда начнёте?", language="ru")
    scene.at["question"] = question.public_id


def change_asked(scene: Scene) -> None:
    chair = scene.people["own association chair"]
    change = signatory_change_ask(project=scene.project, actor=scene.world.signatory, person=chair, reason="Уехал")
    scene.at["change"] = change.public_id


def new_draft(scene: Scene) -> dict[str, Any]:
    village, administration = scene.project.village.public_id, scene.project.administration.public_id
    return {"village": village, "administration": administration, "category": "water", "language": "ru"}


def opening(scene: Scene) -> dict[str, Any]:
    return {
        "deadline": (clock.today() + dt.timedelta(days=200)).isoformat(),
        "custodian": scene.world.custodian.public_id,
        "signatory_organisation": scene.world.association.public_id,
        "outside_signatory": scene.world.signatory.public_id,
        "outside_substitute": scene.world.substitute.public_id,
    }


def adopting(scene: Scene) -> dict[str, Any]:
    return {"resolution": scene.at["resolution"], "number": "7", "date": clock.today().isoformat()}


def report(scene: Scene) -> dict[str, Any]:
    words = {"project": scene.project.public_id, "text": "Столбы стоят", "language": "ru", "milestone": "1"}
    return {**words, "photos": [make.photo_file()]}


def question(scene: Scene) -> dict[str, Any]:
    return {"project": scene.project.public_id, "text": "Сколько лет гарантии?", "language": "ru"}


def change(scene: Scene) -> dict[str, Any]:
    person = scene.people["own association chair"]
    return {"project": scene.project.public_id, "person": person.public_id, "reason": "Уехал"}


WHY = {"reason": "Так решили"}
PLAN = {"milestones": [{"text": "Всё", "tranche": money(TOTAL)}]}
UNSEEN = {"denied": 404, "told": {403: COUNCIL | ADMINISTRATOR}}  # a draft is seen by village, council, administrator
JUDGED = {"denied": 404, "told": {403: VILLAGE | ADMINISTRATOR}}
TWO_SIDES = {"denied": 404, "told": {403: CLERKS | ASSOCIATION}}

PROJECT_ACTS = [
    Act("write a draft", opened, post("projects/", new_draft), VILLAGE),
    Act(
        "change a draft's words",
        on_paper("draft"),
        post("projects/{project}/", {"title_ru": "Вода"}, method="patch"),
        VILLAGE,
        **UNSEEN,
    ),
    Act(
        "set a draft's plan", on_paper("draft"), post("projects/{project}/plan/", PLAN, method="put"), VILLAGE, **UNSEEN
    ),
    Act(
        "attach a quote",
        on_paper("adopted"),
        post("projects/{project}/budget-lines/1/quote/", lambda scene: {"quote": scene.at["quote"]}, method="put"),
        VILLAGE,
    ),
    Act("submit", on_paper("draft"), post("projects/{project}/submit/"), VILLAGE, **UNSEEN),
    Act("return", on_paper("submitted"), post("projects/{project}/return/", WHY), COUNCIL, **JUDGED),
    Act("adopt", on_paper("submitted"), post("projects/{project}/adopt/", adopting), COUNCIL, **JUDGED),
    Act("decline", on_paper("submitted"), post("projects/{project}/decline/", WHY), COUNCIL, **JUDGED),
    Act("open", on_paper("adopted"), post("projects/{project}/open/", opening), HEAD),
    Act("open once more", opened, post("projects/{project}/open/", opening), HEAD),
    Act("start", funded, post("projects/{project}/start/"), HEAD),
    Act("complete", built, post("projects/{project}/complete/"), HEAD),
    Act("close", kept_for_a_year, post("projects/{project}/close/", {"report": "Все лампы горят"}), SIGNERS),
    Act("suspend", opened, post("projects/{project}/suspend/", WHY), CUSTODIAN | ADMINISTRATOR),
    Act("resume", suspended, post("projects/{project}/resume/", WHY), CUSTODIAN | ADMINISTRATOR),
    Act("raise longer", short_of_money, post("projects/{project}/extend/", {"days": 30, **WHY}), HEAD),
    Act("cancel", opened, post("projects/{project}/cancel/", WHY), HEAD),
    Act("report a stage", under_way, post("projects/{project}/milestones/1/report/"), VILLAGE),
    Act("accept a stage", reported, post("projects/{project}/milestones/1/accept/"), SIGNERS),
    Act("publish an update", under_way, post("updates/", report), VILLAGE, form="multipart"),
    Act("ask a question", opened, post("questions/", question), EVERYONE),
    Act("answer a question", asked, post("questions/{question}/answer/", {"text": "В мае."}), VILLAGE),
    Act("hide a question", asked, post("questions/{question}/hide/", WHY), ADMINISTRATOR),
    Act(
        "upload a paper of the village",
        opened,
        post("documents/", lambda scene: upload_form(scene.project.administration.public_id, "receipt")),
        VILLAGE,
        form="multipart",
    ),
    Act(
        "upload a paper of the association",
        opened,
        post("documents/", lambda scene: upload_form(scene.world.association.public_id, "terms_of_reference")),
        ASSOCIATION,
        form="multipart",
    ),
    Act("ask for another signatory", opened, post("signatory-changes/", change), ASSOCIATION),
    Act(
        "approve another signatory",
        change_asked,
        sign("signatory-changes/{change}/approve/"),
        HEAD,
        **TWO_SIDES,
    ),
    Act(
        "refuse another signatory",
        change_asked,
        post("signatory-changes/{change}/refuse/", WHY),
        HEAD,
        **TWO_SIDES,
    ),
]

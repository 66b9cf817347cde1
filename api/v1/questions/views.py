"""Questions to a village, and its answers."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import project_named, requester
from api.filters import PublicIdFilter
from api.throttling import PledgeThrottle
from api.v1.projects.inputs import ReasonInput
from api.views import ApiView, ListView, WriteView
from birge.errors import NotFound
from projects.questions.models import Question
from projects.questions.services import question_answer, question_ask, question_hide
from projects.works.selectors import projects_public

from .inputs import AnswerInput, QuestionInput
from .outputs import QuestionOutput


class QuestionFilters(django_filters.FilterSet):
    """By project, and by whether the village has answered."""

    project = PublicIdFilter(field_name="project__public_id")
    answered = django_filters.ChoiceFilter(method="is_answered", choices=[("yes", "yes"), ("no", "no")])

    class Meta:
        model = Question
        fields: list[str] = []

    def is_answered(self, questions: QuerySet[Question], name: str, value: str) -> QuerySet[Question]:
        """Keep the answered ones, or the others."""
        return questions.filter(answered_at__isnull=value == "no")


def questions_public() -> QuerySet[Question]:
    """Return the questions about public projects that were not hidden."""
    return Question.objects.filter(project__in=projects_public(), hidden_reason="").select_related("project")


@extend_schema_view(get=extend_schema(summary="List questions and answers"))
class QuestionListView(ListView):
    """Questions in public; a new one, with or without an account."""

    queryset = Question.objects.all()
    serializer_class = QuestionOutput
    filterset_class = QuestionFilters
    throttle_classes = [PledgeThrottle, *ListView.throttle_classes]

    def get_queryset(self) -> QuerySet[Question]:
        """Return what everyone may see."""
        return questions_public()

    @extend_schema(summary="Ask a question", request=QuestionInput, responses={201: QuestionOutput})
    def post(self, request: Request) -> Response:
        """Ask the village something, in public."""
        body = self.read(QuestionInput)
        user = requester(request)
        question = question_ask(
            project=project_named(user, body["project"]),
            text=body["text"],
            asker_name=body.get("asker_name", ""),
            language=body["language"],
            actor=user,
        )
        return Response(QuestionOutput(question).data, status=status.HTTP_201_CREATED)


def question_at(public_id: str) -> Question:
    """Return the question that an address names. Raises NotFound."""
    question = questions_public().filter(public_id=public_id).first()
    if question is None:
        raise NotFound
    return question


class QuestionView(ApiView):
    """One question."""

    @extend_schema(summary="One question and its answer", responses=QuestionOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Return it."""
        return Response(QuestionOutput(question_at(public_id)).data)


class QuestionHideView(WriteView):
    """Abuse is taken off the page."""

    @extend_schema(summary="Hide a question", request=ReasonInput, responses={204: None})
    def post(self, request: Request, public_id: str) -> Response:
        """Hide it, with a reason that stays on record; for the platform's administrators, never the village."""
        question = question_at(public_id)
        question_hide(question=question, actor=self.actor, reason=self.read(ReasonInput)["reason"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class QuestionAnswerView(WriteView):
    """The village answers."""

    @extend_schema(summary="Answer a question", request=AnswerInput, responses=QuestionOutput)
    def post(self, request: Request, public_id: str) -> Response:
        """Publish the answer, for an officer of the village administration."""
        question, body = question_at(public_id), self.read(AnswerInput)
        answered = question_answer(question=question, actor=self.actor, text=body["text"])
        return Response(QuestionOutput(answered).data)

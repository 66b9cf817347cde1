"""The demonstration: every state, three languages, books that agree; built once, the same each time."""

from __future__ import annotations

import datetime as dt
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import translation

from birge import clock
from birge.accounts.factors import factor_verify_code
from birge.accounts.models import User
from birge.documents.models import Document
from birge.notifications.models import Notice
from birge.organisations.models import Organisation
from funds.banking.models import BankLine, StatementFile
from funds.cash.selectors import pool_states
from funds.demonstration.build import demonstration_build
from funds.demonstration.people import PASSWORD, sign_in_cards
from funds.exchange.selectors import exchange_standing
from funds.ledger.checks import check_ledger
from funds.matching.models import Reservation, RuleVersion
from funds.payments.models import Payment
from funds.pledges.models import Pledge
from funds.pools.models import Pool, Proposal
from funds.reconciliation.selectors import differences_open, newest_shares
from funds.reconciliation.services import reconcile
from funds.releases.models import Expense, Refund, Release
from funds.releases.selectors import released_minor
from funds.watch.models import Flag
from projects.questions.models import Question
from projects.updates.models import UpdatePhoto
from projects.works.models import LANGUAGES, Milestone, Project
from projects.works.states import ProjectStatus

# Made anew each time, and told to nobody: a salted hash, an encrypted secret, the library's own clock.
DIFFERENT = {("accounts.user", "password"), ("mfa.authenticator", "data"), ("mfa.authenticator", "created_at")}


def everything() -> dict[str, list[dict[str, Any]]]:
    """Return all rows of our own apps, but for what is different on purpose."""
    found = {}
    for model in apps.get_models():
        label = model._meta.label_lower
        if model.__module__.startswith(("birge.", "projects.", "funds.", "allauth.mfa")):
            fields = [f.attname for f in model._meta.concrete_fields if (label, f.attname) not in DIFFERENT]
            found[label] = list(model._default_manager.order_by("pk").values(*fields))
    return found


def statuses(model: Any) -> set[str]:
    return set(model.objects.values_list("status", flat=True))


def test_there_is_a_project_in_every_state(demo):
    assert demo.projects == Project.objects.count() >= 20
    assert statuses(Project) == set(ProjectStatus.values)


def test_the_books_agree(demo):
    assert demo.entries > 500
    assert check_ledger() == []


def test_each_project_has_title_and_summary_in_three_languages_and_a_picture(demo):
    for project in Project.objects.all():
        assert all(project.title(language) and project.summary(language) for language in LANGUAGES)
        assert len({project.title(language) for language in LANGUAGES}) == len(LANGUAGES)
        assert not any(project.language_borrowed(language) for language in LANGUAGES)
        assert project.picture is not None
        assert project.picture.is_image


def test_pools_collect_decide_and_match(demo):
    assert statuses(Proposal) == {"booked", "open"}
    assert set(Proposal.objects.values_list("kind", flat=True)) == {"give", "match"}
    for proposal in Proposal.objects.filter(status="booked"):
        assert proposal.ballots.filter(yes=True).count() == proposal.needed
        assert not proposal.ballots.filter(person=proposal.made_by).exists()
    three_of_five = Proposal.objects.get(kind="match", pool__organisation__kind="migrant_association")
    assert (three_of_five.needed, three_of_five.entitled) == (3, 5)  # who proposed is a member, and does not sign
    assert {row.status for row in Reservation.objects.filter(version__isnull=False)} >= {"reserved", "given"}
    assert RuleVersion.objects.filter(data__kind="quadratic").exists()


def test_promises_and_money_are_at_every_point_of_their_way(demo):
    assert statuses(Pledge) == {"made", "confirmed", "due", "collected", "refunded", "withdrawn", "lapsed"}
    assert statuses(Payment) == {"recorded", "confirmed", "refused", "reversed"}
    assert set(Payment.objects.filter(status="confirmed").values_list("confirmed_how", flat=True)) == {
        "second_officer", "payer", "provider", "decision"
    }  # fmt: skip
    assert statuses(Release) == {"asked", "signed", "paid"}
    assert statuses(Expense) == {"submitted", "accepted", "refused"}
    assert statuses(Refund) == {"due", "sent", "paid"}
    assert Payment.objects.filter(project=None, status="confirmed").exists()  # nobody knows whose


def test_one_gives_roubles_from_moscow_and_another_ones_bank_makes_som_of_them(demo):
    roubles, som = Pledge.objects.filter(currency="RUB").order_by("id")
    came = {payment.group: payment for payment in Payment.objects.filter(group__in=[roubles.group, som.group])}
    assert (roubles.status, som.status) == ("collected", "collected")
    assert (came[roubles.group].currency, came[som.group].currency) == ("RUB", "KGS")
    assert {str(roubles.rate_on), str(came[roubles.group].rate_on)} == {"2020-08-11"}  # as old as it is
    assert came[som.group].difference_minor < 0
    standing = exchange_standing(roubles.custodian)
    assert [(each.amount.minor, each.amount.currency) for each in standing.positions] == [(1_000_00, "RUB")]
    assert standing.result is not None
    assert standing.result.minor < 0


def test_there_is_something_amiss_to_be_seen(demo):
    today = clock.today()
    assert Milestone.objects.filter(project__status="under_way", status="planned", due_on__lt=today).exists()
    assert Question.objects.filter(answered_at=None, asked_at__lt=clock.now() - dt.timedelta(days=14)).exists()
    stopped = Project.objects.get(status="suspended")
    assert released_minor(stopped) > 0
    assert not Expense.objects.filter(project=stopped).exists()
    pool = Pool.objects.get(organisation__kind="migrant_association")
    assert [each.receipt.kept for each in pool_states(pool.public_id) if each.old] == ["wallet"]


def test_a_statement_of_yesterday_waits_to_be_explained(demo):
    last = StatementFile.objects.latest("last_day")
    waiting = [line for line in BankLine.objects.all() if line.waits]
    assert {line.status for line in waiting} >= {"matched", "unidentified", "new"}
    assert {line.day for line in waiting} == {last.last_day} == {clock.today() - dt.timedelta(days=1)}


def test_everything_that_moved_before_stands_on_a_statement_too_and_was_explained_in_time(demo):
    custodian = StatementFile.objects.latest("last_day").account.custodian
    reconcile(custodian)
    waiting = {line.public_id for line in BankLine.objects.all() if line.waits}
    assert {each.ref for each in differences_open(custodian) if each.currency == "KGS"} == waiting
    assert [share.permille for share in newest_shares(custodian) if share.currency == "KGS"] == [1000]


def test_few_things_look_wrong(demo):
    assert {flag.project.public_id for flag in Flag.objects.all()} == {Project.objects.get(status="expired").public_id}


def test_open_projects_are_open_today(demo):
    for project in Project.objects.filter(status="open"):
        assert project.deadline is not None
        assert project.deadline > clock.today()


def test_people_are_thanked_as_they_wished_and_most_give_without_an_account(demo):
    assert set(Pledge.objects.exclude(credit=None).values_list("credit__choice", flat=True)) == {
        "own_name", "family", "group"
    }  # fmt: skip
    assert Pledge.objects.filter(donor=None).count() > Pledge.objects.exclude(donor=None).count() > 0


def test_updates_carry_drawings(demo):
    assert UpdatePhoto.objects.count() >= 20
    assert all(Document.objects.filter(kind="photo").values_list("width", flat=True))


def test_no_message_is_sent_and_none_waits(demo):
    assert mail.outbox == []
    assert Notice.objects.exists()
    assert not Notice.objects.filter(sent_at=None).exists()


def test_a_second_run_changes_nothing_and_asks_little_even_days_later(demo, django_assert_max_num_queries):
    before = everything()
    for days in (0, 9):
        with clock.moved_to(clock.now() + dt.timedelta(days=days)), django_assert_max_num_queries(10):
            assert demonstration_build() is None
    assert everything() == before


def test_one_can_sign_in_as_each_of_the_people_shown(demo):
    cards = sign_in_cards()
    assert len(cards) >= 10
    for card in cards:
        user = authenticate(username=card.email, password=card.password)
        assert user is not None
        assert user.emailaddress_set.filter(verified=True, email=card.email).exists()
        if card.code:
            assert factor_verify_code(user=user, code=card.code).user_id == user.pk
    assert [card.email for card in cards if not card.code] == ["aigul@donor.example"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_cards_say_what_each_may_do(demo, language):
    with translation.override(language):
        assert all(card.office and card.can for card in sign_in_cards())


def test_the_command_says_whom_to_sign_in_as(demo):
    out = StringIO()
    call_command("demo", stdout=out)
    assert "nothing was changed" in out.getvalue()
    assert PASSWORD in out.getvalue()
    assert "head@jany-aryk.example" in out.getvalue()


def test_nobody_stands_on_two_sides_and_all_act_for_verified_organisations(demo):
    acting = User.objects.filter(terms__isnull=False).distinct()
    assert acting.count() == User.objects.filter(terms__isnull=False).count()
    assert Organisation.objects.exclude(status="verified").count() == 1  # its papers wait for an administrator


@pytest.mark.django_db
def test_it_is_refused_outside_demonstration_mode(settings):
    settings.BIRGE_DEMO = False
    with pytest.raises(ImproperlyConfigured):
        demonstration_build()
    with pytest.raises(ImproperlyConfigured):
        sign_in_cards()
    with pytest.raises(CommandError):
        call_command("demo")


@pytest.mark.slow
@pytest.mark.sqlite  # the numbers of rows are not taken back with a transaction on PostgreSQL
def test_two_fresh_databases_hold_the_same(nothing_built, db, settings, tmp_path):
    seen = []
    for time_ in range(2):
        settings.MEDIA_ROOT = str(tmp_path / str(time_))  # a file that is there already would get another name
        with transaction.atomic():
            assert demonstration_build() is not None
            seen.append(everything())
            transaction.set_rollback(True)
    assert seen[0] == seen[1]

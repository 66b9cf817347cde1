"""Every refusal leaves the API as problem details (RFC 9457), whatever raised it."""

import datetime as dt
import json

import pytest
from django.core.cache import cache
from django.urls import include, path
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.test import APIClient

from api.fields import Day, MoneyInput, OneOf, PublicId, Quantity, StrictSerializer, Text, Truth, WholeNumber
from api.problems import KINDS
from api.throttling import PledgeThrottle
from api.views import ApiView, SignedIn
from birge import errors
from birge.money import Money

RAISES = {
    "invalid": errors.InvalidInput("no", field="amount"),
    "currency": errors.BirgeError("no", code="currency_mismatch"),
    "not-allowed": errors.NotAllowed(),
    "factor": errors.SecondFactorRequired(field="code"),
    "not-found": errors.NotFound(),
    "conflict": errors.Conflict("no", code="terms_changed"),
    "rule": errors.RuleNotMet("no", code="plan_full", rest=Money(500, "KGS"), on=dt.date(2026, 1, 2), odd=object()),
    "key": errors.KeyReused(),
    "funds": errors.InsufficientFunds(account="held:x:project-y", wanted=5, available=3),
    "bug": RuntimeError("secret insides"),
    "throttled": exceptions.Throttled(wait=12),
}


class Thrower(ApiView):
    def get(self, request, which):
        raise RAISES[which]


class EverythingInput(StrictSerializer):
    number = WholeNumber(min_value=0, max_value=10)
    text = Text(max_length=5)
    yes = Truth()
    day = Day()
    one = OneOf(choices=["a", "5"])
    quantity = Quantity()
    project = PublicId()
    amount = MoneyInput()


class Echo(ApiView):
    def post(self, request):
        self.read(EverythingInput)
        return Response({"ok": True})


class Mine(ApiView):
    permission_classes = [SignedIn]

    def get(self, request):
        return Response({})


class Limited(ApiView):
    throttle_classes = [PledgeThrottle]

    def post(self, request):
        return Response({})


urlpatterns = [
    path("throw/<slug:which>/", Thrower.as_view()),
    path("echo/", Echo.as_view()),
    path("mine/", Mine.as_view()),
    path("limited/", Limited.as_view()),
    path("api/", include("api.urls")),
]
pytestmark = pytest.mark.urls(__name__)
GOOD = {
    "number": 5,
    "text": "abc",
    "yes": True,
    "day": "2026-01-02",
    "one": "5",
    "quantity": "12.5",
    "project": "0123456789",
    "amount": {"minor": 100, "currency": "KGS"},
}


@pytest.fixture
def client():
    return APIClient(HTTP_ACCEPT_LANGUAGE="en")


def problem(response, kind):
    assert response.headers["Content-Type"] == "application/problem+json"
    body = json.loads(response.content)
    assert response.status_code == KINDS[kind].status
    assert {key: body[key] for key in ("type", "status")} == {
        "type": f"/api/problems/{kind}",
        "status": KINDS[kind].status,
    }
    assert body["title"]
    assert body["detail"]
    return body


@pytest.mark.parametrize(
    ("which", "kind", "code"),
    [
        ("invalid", "invalid", "invalid"),
        ("currency", "invalid", "currency_mismatch"),
        ("not-allowed", "not_allowed", "not_allowed"),
        ("factor", "second_factor_required", "second_factor_required"),
        ("not-found", "not_found", "not_found"),
        ("conflict", "conflict", "terms_changed"),
        ("rule", "rule_not_met", "plan_full"),
        ("key", "key_reused", "key_reused"),
        ("funds", "insufficient_funds", "insufficient_funds"),
        ("throttled", "throttled", "throttled"),
    ],
)
def test_each_refusal_of_the_domain_has_its_kind_and_code(client, which, kind, code):
    assert problem(client.get(f"/throw/{which}/"), kind)["code"] == code


def test_a_field_of_the_domain_becomes_a_pointer(client):
    assert problem(client.get("/throw/invalid/"), "invalid")["errors"] == [
        {"pointer": "#/amount", "code": "invalid", "detail": "no"}
    ]


def test_the_facts_behind_a_refusal_are_told_and_what_is_no_plain_value_is_not(client):
    facts = problem(client.get("/throw/rule/"), "rule_not_met")["data"]
    assert facts == {"rest": {"minor": 500, "currency": "KGS"}, "on": "2026-01-02"}


def test_a_throttled_request_says_how_long_to_wait(client):
    assert client.get("/throw/throttled/").headers["Retry-After"] == "12"


def test_what_nobody_foresaw_tells_nothing_of_our_insides(client):
    client.raise_request_exception = False
    body = problem(client.get("/throw/bug/"), "server_error")
    assert "secret" not in json.dumps(body)


def test_what_nobody_foresaw_still_reaches_the_log_and_the_test_client(client):
    with pytest.raises(RuntimeError, match="secret"):
        client.get("/throw/bug/")


def test_a_good_body_passes(client):
    assert client.post("/echo/", GOOD, format="json").status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", "5"),
        ("number", 5.0),
        ("number", True),
        ("number", 11),
        ("number", None),
        ("text", 5),
        ("text", "too long"),
        ("text", "a\x00b"),
        ("yes", "true"),
        ("yes", 1),
        ("day", "02.01.2026"),
        ("day", "2026-1-2"),
        ("day", "2026-02-30"),
        ("day", 20260102),
        ("one", 5),
        ("one", "b"),
        ("one", ["a"]),
        ("quantity", 12.5),
        ("quantity", "1e3"),
        ("quantity", "0"),
        ("quantity", "-1"),
        ("project", 1234567890),
        ("project", "012345678"),
        ("project", "0123456789\n"),
        ("amount", 100),
        ("amount", {"minor": "100", "currency": "KGS"}),
        ("amount", {"minor": 0, "currency": "KGS"}),
        ("amount", {"minor": 100.5, "currency": "KGS"}),
        ("amount", {"minor": 10**16, "currency": "KGS"}),
        ("amount", {"minor": 100, "currency": "kgs"}),
        ("amount", {"minor": 100, "currency": "KGS", "text": "1 som"}),
    ],
)
def test_a_wrong_type_or_value_is_refused_at_its_place(client, field, value):
    body = problem(client.post("/echo/", {**GOOD, field: value}, format="json"), "invalid")
    assert [error["pointer"].split("/")[1] for error in body["errors"]] == [field]


def test_an_unknown_field_is_refused(client):
    body = problem(client.post("/echo/", {**GOOD, "is_staff": True}, format="json"), "invalid")
    assert [(error["pointer"], error["code"]) for error in body["errors"]] == [("#/is_staff", "unknown")]


def test_a_missing_field_is_named(client):
    body = problem(client.post("/echo/", {}, format="json"), "invalid")
    assert {error["pointer"] for error in body["errors"]} == {f"#/{name}" for name in GOOD}
    assert {error["code"] for error in body["errors"]} == {"required"}


@pytest.mark.parametrize(
    "raw",
    [b"{", b'{"number": NaN}', b'{"number": 1, "number": 2}', b"[" * 100_000, b"\xff\xfe", b"", b"[]", b"null", b'"x"'],
)
def test_what_is_no_good_json_object_is_refused(client, raw):
    problem(client.post("/echo/", raw, content_type="application/json"), "invalid")


def test_a_body_that_is_too_large_is_refused_before_it_is_read(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    problem(client.post("/echo/", {"text": "x" * 200}, format="json"), "too_large")


@pytest.mark.parametrize("query", ["?format=json", "?page=1", "?x=", "?cursor=a"])
def test_a_query_parameter_that_nobody_knows_is_refused(client, query):
    body = problem(client.post(f"/echo/{query}", GOOD, format="json"), "invalid")
    assert body["errors"][0]["parameter"] == query[1:].partition("=")[0]


def test_another_media_type_is_refused(client):
    problem(client.post("/echo/", "x=1", content_type="application/x-www-form-urlencoded"), "unsupported_media_type")


def test_another_method_is_refused(client):
    response = client.delete("/echo/")
    problem(response, "method_not_allowed")
    assert "POST" in response.headers["Allow"]


def test_options_tell_nothing(client):
    problem(client.options("/echo/"), "method_not_allowed")


def test_an_answer_in_another_format_is_refused(client):
    problem(client.get("/mine/", HTTP_ACCEPT="text/csv"), "not_acceptable")


def test_a_guest_is_asked_to_sign_in(client):
    response = client.get("/mine/")
    problem(response, "not_authenticated")
    assert response.headers["WWW-Authenticate"] == "Token"


@pytest.mark.django_db
def test_a_wrong_token_is_refused_even_where_guests_may_read(client):
    problem(client.post("/echo/", GOOD, format="json", HTTP_AUTHORIZATION="Token wrong"), "not_authenticated")


def test_an_unknown_address_is_a_problem_too(client):
    problem(client.get("/api/v1/nothing/"), "not_found")


def test_an_address_without_its_slash_is_told_so(client):
    assert "slash" in problem(client.get("/api/v1/places"), "not_found")["detail"]


@pytest.mark.parametrize("slug", list(KINDS))
def test_each_kind_can_be_read_at_its_address(client, slug):
    response = client.get(KINDS[slug].type)
    assert response.json()["status"] == KINDS[slug].status
    assert response.json()["title"]


def test_a_kind_that_does_not_exist_is_not_found(client):
    problem(client.get("/api/problems/odd"), "not_found")


def test_too_many_requests_that_write_are_refused(client, monkeypatch):
    monkeypatch.setattr(PledgeThrottle, "rate", "2/hour", raising=False)
    cache.clear()
    codes = [client.post("/limited/", {}, format="json").status_code for _n in range(3)]
    assert codes == [200, 200, 429]


def test_a_forged_address_does_not_escape_the_limit(client, monkeypatch):
    monkeypatch.setattr(PledgeThrottle, "rate", "2/hour", raising=False)
    cache.clear()
    codes = [client.post("/limited/", {}, format="json", HTTP_X_FORWARDED_FOR=f"10.0.0.{n}").status_code for n in "123"]
    assert codes == [200, 200, 429]

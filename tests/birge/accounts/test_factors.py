"""The second factor of one step: a code works once, five wrong ones are enough, a proof grows old."""

import datetime as dt
import time

import pytest
import time_machine
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from birge import clock
from birge.accounts.factors import FactorProof, factor_enrolled, factor_require, factor_verify_code
from birge.errors import SecondFactorRequired
from tests.factories.api import SECRET, code_of
from tests.factories.funds import factor, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    user = person()
    code_of(user)
    return user


def code_at(seconds: float) -> str:
    """Return what the authenticator shows so many seconds from now."""
    return format_hotp_value(hotp_value(SECRET, int(time.time() + seconds) // 30))


def wrong_code(user) -> str:
    shown = {code_at(seconds) for seconds in (-60, -30, 0, 30, 60)}
    return next(code for code in ("000000", "111111", "222222", "333333", "444444", "555555") if code not in shown)


def test_the_code_on_the_phone_is_a_proof(officer):
    proof = factor_verify_code(user=officer, code=code_of(officer))
    assert (proof.user_id, proof.method) == (officer.pk, "totp")
    assert factor_require(proof, officer) == proof


def test_blanks_in_a_code_do_not_matter(officer):
    code = code_of(officer)
    assert factor_verify_code(user=officer, code=f" {code[:3]} {code[3:]} ").method == "totp"


def test_a_code_works_once(officer):
    code = code_of(officer)
    factor_verify_code(user=officer, code=code)
    with pytest.raises(SecondFactorRequired) as refusal:
        factor_verify_code(user=officer, code=code)
    assert refusal.value.field == "code"


@pytest.mark.parametrize(("seconds", "taken"), [(-90, False), (-30, True), (30, True), (90, False)])
def test_a_phones_clock_may_be_half_a_minute_off(officer, seconds, taken):
    code = code_at(seconds)
    if taken:
        assert factor_verify_code(user=officer, code=code)
    else:
        with pytest.raises(SecondFactorRequired):
            factor_verify_code(user=officer, code=code)


@pytest.mark.parametrize("code", ["", "   ", "abcdef", "12345", "' OR 1=1"])
def test_what_is_no_code_proves_nothing(officer, code):
    with pytest.raises(SecondFactorRequired):
        factor_verify_code(user=officer, code=code)


def test_after_five_wrong_codes_even_the_right_one_waits(officer):
    for _each in range(5):
        with pytest.raises(SecondFactorRequired):
            factor_verify_code(user=officer, code=wrong_code(officer))
    with pytest.raises(SecondFactorRequired) as refusal:
        factor_verify_code(user=officer, code=code_of(officer))
    assert str(refusal.value) == "Too many wrong codes. Please wait five minutes."


def test_wrong_codes_of_one_person_do_not_stop_another(officer):
    for _each in range(6):
        with pytest.raises(SecondFactorRequired):
            factor_verify_code(user=officer, code=wrong_code(officer))
    other = person()
    assert factor_verify_code(user=other, code=code_of(other))


def test_somebody_elses_code_proves_nothing(officer):
    with pytest.raises(SecondFactorRequired):
        factor_verify_code(user=person(), code=code_of(officer))


def test_a_recovery_code_works_once(officer):
    codes = RecoveryCodes.activate(officer).get_unused_codes()
    assert factor_verify_code(user=officer, code=codes[0]).method == "recovery_codes"
    with pytest.raises(SecondFactorRequired):
        factor_verify_code(user=officer, code=codes[0])
    assert factor_verify_code(user=officer, code=codes[1])


def test_recovery_codes_alone_are_no_second_factor():
    user = person()
    RecoveryCodes.activate(user)
    assert not factor_enrolled(user)


def test_a_passkey_is_a_second_factor():
    user = person()
    Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "key", "credential": {}})
    assert factor_enrolled(user)


@pytest.mark.parametrize(("age", "counts"), [(-1, False), (0, True), (299, True), (301, False)])
def test_a_proof_counts_for_five_minutes(officer, age, counts):
    with time_machine.travel(clock.now(), tick=False):
        proof = factor(officer, at=clock.now() - dt.timedelta(seconds=age))
        if counts:
            assert factor_require(proof, officer) == proof
        else:
            with pytest.raises(SecondFactorRequired):
                factor_require(proof, officer)


def test_a_proof_is_nobody_elses(officer):
    with pytest.raises(SecondFactorRequired):
        factor_require(FactorProof(user_id=person().pk, method="totp", at=clock.now()), officer)
    with pytest.raises(SecondFactorRequired):
        factor_require(None, officer)


def test_a_proof_does_not_outlive_the_authenticator(officer):
    proof = factor_verify_code(user=officer, code=code_of(officer))
    Authenticator.objects.filter(user=officer).delete()
    with pytest.raises(SecondFactorRequired):
        factor_require(proof, officer)


def test_the_adapter_can_read_back_what_it_keeps():
    assert get_adapter().decrypt(get_adapter().encrypt(SECRET)) == SECRET

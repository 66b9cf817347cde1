"""A second factor's secret never lies readable in the database, and keys can change."""

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator

from tests.factories.api import SECRET, code_of
from tests.factories.funds import person


@pytest.mark.django_db
def test_what_is_stored_does_not_show_the_secret_and_still_checks_codes():
    user = person()
    code = code_of(user)
    stored = Authenticator.objects.get(user=user)
    assert SECRET not in str(stored.data)
    assert stored.wrap().validate_code(code)


def test_an_old_key_still_opens_and_a_lost_one_is_said_plainly(settings):
    settings.MFA_KEYS = ["old"]
    kept = get_adapter().encrypt("secret")
    settings.MFA_KEYS = ["new", "old"]
    assert get_adapter().decrypt(kept) == "secret"
    settings.MFA_KEYS = ["new"]
    with pytest.raises(ValueError, match="MFA_KEYS"):
        get_adapter().decrypt(kept)

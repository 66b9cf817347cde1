"""Papers: what is taken, and who may open it."""

import datetime as dt
import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from birge import clock
from birge.documents.models import Visibility
from birge.documents.selectors import document_open_for
from birge.documents.services import document_store
from birge.errors import InvalidInput
from birge.organisations.models import Role
from tests.factories.funds import PDF, organisation, person
from tests.factories.organisations import acting_for, administrator, seated

pytestmark = pytest.mark.django_db


def stored(data: bytes = PDF, **changes):
    request = {"file": SimpleUploadedFile("x", data), "kind": "receipt", "actor": person()}
    return document_store(**(request | changes))


def test_a_pdf_is_kept_as_it_is():
    document = stored()
    with document.file.open("rb") as stream:
        assert stream.read() == PDF
    assert (document.content_type, document.size, document.is_image) == ("application/pdf", len(PDF), False)
    assert document.sha256 == hashlib.sha256(bytes(document.salt) + PDF).hexdigest()
    assert not document.renditions.exists()


@pytest.mark.parametrize("data", [b"PK\x03\x04 a spreadsheet", b"<html>", b"\0\0\0\x20ftypheic"])
def test_other_files_are_refused(data):
    with pytest.raises(InvalidInput) as refusal:
        stored(data)
    assert (refusal.value.field, refusal.value.code) == ("file", "unknown_file_type")


def test_papers_are_for_the_parties_unless_told_otherwise():
    assert stored().visibility == Visibility.PARTIES


PEOPLE = ("guest", "stranger", "author", "officer", "party", "unverified_party", "former_officer", "administrator")
# Who may open it, by hand.
OPEN = {
    Visibility.PUBLIC: set(PEOPLE),
    Visibility.PARTIES: {"author", "officer", "party", "administrator"},
    Visibility.PRIVATE: {"author", "officer", "administrator"},
}


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("visibility", Visibility)
def test_who_may_open_it(visibility, who):
    owner, party, unverified = acting_for(Role.HEAD), acting_for(Role.SIGNATORY), organisation("custodian")
    unverified.status = "submitted"
    unverified.save()
    author = person()
    document = stored(actor=author, organisation=owner, visibility=visibility, parties=[party, unverified])
    yesterday = clock.today() - dt.timedelta(days=1)
    people = {
        "guest": lambda: None,
        "stranger": person,
        "author": lambda: author,
        "officer": lambda: seated(owner, Role.FINANCE_OFFICER).user,
        "party": lambda: seated(party, Role.SIGNATORY).user,
        "unverified_party": lambda: seated(unverified, Role.CUSTODIAN_OFFICER).user,
        "former_officer": lambda: seated(owner, Role.HEAD, ends=yesterday).user,
        "administrator": administrator,
    }
    assert document_open_for(people[who](), document) is (who in OPEN[visibility])


@pytest.mark.parametrize("who", ["author", "officer", "administrator"])
def test_a_closed_account_opens_nothing_but_what_is_public(who):
    owner, author = acting_for(Role.HEAD), person()
    document = stored(actor=author, organisation=owner)
    somebody = {"author": author, "officer": seated(owner, Role.HEAD).user, "administrator": administrator()}[who]
    somebody.is_active = False
    somebody.save()
    assert not document_open_for(somebody, document)

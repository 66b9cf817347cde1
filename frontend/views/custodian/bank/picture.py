"""The bank's own QR picture beside a way to pay: put there by one officer, shown once another agrees."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.documents.models import Document
from birge.documents.services import photo_store
from birge.errors import BirgeError, InvalidInput, NotFound
from birge.organisations.models import Organisation
from frontend.access import desk_page, signed_in
from frontend.deeds import Deed, PaperStore, deeds_page
from frontend.forms.bank import PictureForm
from frontend.forms.custodian import CodeOnlyForm
from frontend.forms.parts import OnceForm, PaperForm
from frontend.presenters.custodian.lists import country
from frontend.presenters.facts import Fact, Link, facts, signed
from funds.banking.models import PayPicture
from funds.banking.services import pay_picture_agree, pay_picture_put, pay_picture_remove, pay_pictures
from funds.payments.models import PaymentKind, PaymentMethod

from ..finding import custodian_for


@desk_page
def custodian_picture(request: HttpRequest, public_id: str, number: int, wanted: str = "") -> HttpResponse:
    """Put, agree to or take away the picture of one way to pay."""
    custodian, user = custodian_for(request, public_id), signed_in(request)
    way = PaymentMethod.objects.filter(custodian=custodian, pk=number, kind=PaymentKind.TRANSFER).first()
    if way is None:
        raise NotFound
    live = pay_pictures(custodian, way.kind, way.donor_country)
    shown, waiting = live.get(True), live.get(False)
    here = reverse("custodian_picture", args=[public_id, number])
    context = {
        "title": _("The bank’s QR picture"),
        "facts": facts(
            Fact(_("Way to pay"), capfirst(str(PaymentKind(way.kind).label))),
            Fact(_("For donors in"), country(way.donor_country)),
            Fact(_("Put there by"), signed(shown.put_by, shown.put_at) if shown else ""),
            Fact(_("Agreed by"), signed(shown.agreed_by, shown.agreed_at) if shown else ""),
        ),
        "pictures": [
            (words, each.picture)
            for words, each in ((_("Donors see this one"), shown), (_("Waits for another officer"), waiting))
            if each is not None
        ],
        "note": _("It says where money goes: look twice. Scan it with your own phone before you agree."),
        "note_tone": "warn",
        "back": Link(reverse("custodian_way", args=[public_id, number]), _("Way to pay")),
    }
    deeds = _deeds(custodian, way, shown, waiting, user, here)
    return deeds_page(
        request, template="custodian/picture.html", context=context, deeds=deeds, here=here, wanted=wanted,
        target=str(number),
    )  # fmt: skip


def _deeds(
    custodian: Organisation,
    way: PaymentMethod,
    shown: PayPicture | None,
    waiting: PayPicture | None,
    user: User,
    here: str,
) -> list[Deed]:
    return [
        Deed(
            name="agree",
            title=_("It is our bank’s picture"),
            button=_("Agree"),
            form=CodeOnlyForm,
            run=lambda doing: pay_picture_agree(picture=_there(waiting), actor=doing.actor, proof=doing.proof),
            thanks=_("Agreed. Donors see it from now on."),
            to=lambda _ref: here,
            offered=waiting is not None and waiting.put_by_id != user.pk,
        ),
        Deed(
            name="put",
            title=_("A new picture"),
            text=_("Donors see it when a colleague agrees. Until then they see the old one."),
            button=_("Send"),
            form=PictureForm,
            run=lambda doing: pay_picture_put(
                custodian=custodian,
                kind=way.kind,
                donor_country=way.donor_country,
                picture=_needed(doing.paper),
                actor=doing.actor,
                proof=doing.proof,
            ),
            thanks=_("Sent. A colleague must agree."),
            paper=_picture_of(custodian),
            to=lambda _ref: here,
        ),
        *_removing(shown, waiting, here),
    ]


def _removing(shown: PayPicture | None, waiting: PayPicture | None, here: str) -> list[Deed]:
    return [
        Deed(
            name=name,
            title=title,
            button=_("Take it away"),
            form=OnceForm,
            run=lambda doing, each=each: pay_picture_remove(picture=_there(each), actor=doing.actor),  # type: ignore[misc]
            thanks=_("Taken away."),
            danger=True,
            to=lambda _ref: here,
            offered=each is not None,
        )
        for name, title, each in (
            ("remove", _("Take the picture away"), shown),
            ("drop", _("Take the new picture back"), waiting),
        )
    ]


def _picture_of(custodian: Organisation) -> PaperStore:
    def store(form: PaperForm, actor: User) -> Document | None:
        file = form.cleaned_data.get("paper")
        if file is None:
            kept = form.cleaned_data.get("paper_kept", "")
            return Document.objects.filter(public_id=kept, uploaded_by=actor, organisation=custodian).first()
        try:
            picture = photo_store(file=file, title=_("QR picture of the bank"), actor=actor, organisation=custodian)
        except BirgeError as error:
            error.field = "paper"
            raise
        form.data = {**{name: form.data[name] for name in form.data}, "paper_kept": picture.public_id}
        return picture

    return store


def _needed(picture: Document | None) -> Document:
    if picture is None:
        raise InvalidInput(_("Please send a photo (JPEG, PNG or WebP)."), field="file")
    return picture


def _there(picture: PayPicture | None) -> PayPicture:
    if picture is None:
        raise InvalidInput(_("This picture was taken away already."))
    return picture

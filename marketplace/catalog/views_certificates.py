"""Certificates: the organisation's list, and those of one listing."""

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from marketplace.accounts import queries as people
from marketplace.catalog import certificates, queries
from marketplace.catalog.models import Certificate
from marketplace.catalog.permissions import EDIT_LISTING, SEE_OWN_LISTINGS
from marketplace.catalog.schemas import CertificateForm
from marketplace.catalog.views import bp
from marketplace.catalog.views_attachments import sent_files
from marketplace.catalog.views_desk import own
from marketplace.kit import clock, forms
from marketplace.kit.forms import Filled
from marketplace.kit.permissions import check, current_actor, guarded
from marketplace.kit.uploads import BadUpload
from marketplace.kit.web import back_to, page
from marketplace.taxonomy import queries as taxonomy

CERTIFICATE = "<int(max=2147483647):certificate_id>"


@bp.get("/desk/certificates")
@guarded(SEE_OWN_LISTINGS)
def own_certificates(form: Filled | None = None, editing: Certificate | None = None, status: int = 200) -> Response:
    """All certificates, soonest to end first."""
    owner_id = current_actor().organisation_id
    rows = queries.all_certificates(owner_id)
    named = queries.own_listings(owner_id, [row.listing_id for row, _file in rows if row.listing_id])
    return page(
        "catalog/certificates.html", rows=rows, form=form, editing=editing, names={row.id: row.name for row in named},
        kinds=[name for name, _aliases in taxonomy.certificate_kinds()], today=clock.today(), status=status,
    )  # fmt: skip


@bp.post("/desk/certificates")
@guarded(EDIT_LISTING)
def add_certificate() -> Response | BaseResponse:
    """Add a certificate of the organisation, or of the listing named in `listing_id`."""
    text = request.form.get("listing_id", "")
    listing = own(int(text), to_edit=True) if text.isdecimal() and len(text) < 10 else None
    form = forms.read(CertificateForm, request.form)
    upload = next(iter(sent_files("file")), None)
    if form:
        owner = people.organisation(current_actor().organisation_id)
        try:
            certificates.add_certificate(
                owner, form.data, by=current_actor(), at=clock.now(), listing=listing, upload=upload
            )
            flash(_("已添加证书。"), "ok")
            return back_to(_place(listing.id if listing else None))
        except BadUpload as bad:
            form.fail("file", bad.message())
    if listing:
        flash(" ".join(form.errors.values()), "bad")
        return back_to(_place(listing.id))
    return own_certificates(form, None, 422)


@bp.get(f"/desk/certificates/{CERTIFICATE}")
@guarded(EDIT_LISTING)
def edit_certificate(certificate_id: int) -> Response:
    """One certificate in the form."""
    row = _own_certificate(certificate_id)
    return own_certificates(Filled(values={name: getattr(row, name) for name in CertificateForm.model_fields}), row)


@bp.post(f"/desk/certificates/{CERTIFICATE}")
@guarded(EDIT_LISTING)
def save_certificate(certificate_id: int) -> Response | BaseResponse:
    """Correct or renew a certificate."""
    row = _own_certificate(certificate_id)
    form = forms.read(CertificateForm, request.form)
    if form:
        upload = next(iter(sent_files("file")), None)
        try:
            certificates.edit_certificate(row, form.data, by=current_actor(), at=clock.now(), upload=upload)
            flash(_("已更新证书。"), "ok")
            return back_to(url_for("catalog.own_certificates"))
        except BadUpload as bad:
            form.fail("file", bad.message())
    return own_certificates(form, row, 422)


@bp.post(f"/desk/certificates/{CERTIFICATE}/remove")
@guarded(EDIT_LISTING)
def remove_certificate(certificate_id: int) -> BaseResponse:
    """Take a certificate back."""
    row = _own_certificate(certificate_id)
    certificates.remove_certificate(row, by=current_actor(), at=clock.now())
    flash(_("已删除证书。"), "ok")
    return back_to(
        _place(row.listing_id) if request.form.get("from") == "listing" else url_for("catalog.own_certificates")
    )


def _own_certificate(certificate_id: int) -> Certificate:
    row = queries.certificate(certificate_id)
    check(EDIT_LISTING, row)
    return row


def _place(listing_id: int | None) -> str:
    if listing_id is None:
        return url_for("catalog.own_certificates")
    return url_for("catalog.edit_listing", listing_id=listing_id) + "#certificates"

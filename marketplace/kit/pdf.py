"""PDF out of our own templates: Chinese typography, repeated heads, page numbers, and nothing fetched from anywhere."""

import io
from pathlib import Path
from typing import Any

from flask import Response, current_app, render_template, send_file
from flask_babel import gettext as _

from marketplace.kit.errors import Refusal

MEDIA_TYPE = "application/pdf"
_STYLES = Path(__file__).parents[1] / "static" / "pdf.css"


class PdfUnavailable(Refusal):
    """The libraries of the system that draw PDF are not installed."""

    status = 503
    code = "pdf-unavailable"

    def message(self) -> str:
        """The sentence shown, with what the keeper of the server has to install."""
        return _(
            "服务器缺少生成 PDF 所需的系统组件(Pango、HarfBuzz),请联系管理员安装 %(names)s。页面可直接用浏览器打印。",
            names="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
        )


def pdf_of(template: str, /, *, pdf_variant: str | None = None, **values: Any) -> bytes:
    """The template, which extends pdf/base.html, as PDF. `pdf_variant` is WeasyPrint's ("pdf/a-3u" to archive).

    The template's `paper` block says the paper: "a4" (default), "a4-wide" or "a3-wide". Addresses in it are not fetched.
    Raises: PdfUnavailable.
    """
    html = render_template(template, **values)
    try:
        import weasyprint  # draws with libraries of the system, and takes a while to load: only who prints pays
    except OSError as missing:
        current_app.logger.error("no PDF without system libraries: %s", missing)
        raise PdfUnavailable() from missing
    styles = weasyprint.CSS(string=_STYLES.read_text(encoding="utf-8"), url_fetcher=_refuse)
    document = weasyprint.HTML(string=html, url_fetcher=_refuse)
    return document.write_pdf(stylesheets=[styles], pdf_variant=pdf_variant)


def pdf_answer(content: bytes, name: str) -> Response:
    """A PDF as a download called `name`."""
    return send_file(io.BytesIO(content), mimetype=MEDIA_TYPE, as_attachment=True, download_name=name)


def _refuse(url: str, *_more: Any, **_else: Any) -> Any:
    raise ValueError(f"a PDF fetches nothing: {url[:100]}")

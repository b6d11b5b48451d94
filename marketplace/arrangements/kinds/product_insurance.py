"""Product with insurance (产品+保险): bought or leased, with quality, liability or work-safety cover."""

from typing import Literal

from flask_babel import lazy_gettext as _
from pydantic import Field

from marketplace.arrangements import bundle


class Terms(bundle.WithInsurance):
    """The product's terms and the cover's."""

    kind: Literal["product_insurance"] = Field("product_insurance")


KIND = bundle.of("product_insurance", Terms, _("产品连同质量、责任或安责保险"))

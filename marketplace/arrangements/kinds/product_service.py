"""Product with service (产品+服务): bought or leased, with maintenance that promises response and availability."""

from typing import Literal

from flask_babel import lazy_gettext as _
from pydantic import Field

from marketplace.arrangements import bundle


class Terms(bundle.WithService):
    """The product's terms and the service's."""

    kind: Literal["product_service"] = Field("product_service")


KIND = bundle.of("product_service", Terms, _("产品连同维保,承诺响应时间和可用率"))

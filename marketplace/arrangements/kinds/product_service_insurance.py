"""Product with service and insurance (产品+服务+保险), the model the pilots explore: 工信厅联安全〔2020〕59号."""

from typing import Literal

from flask_babel import lazy_gettext as _
from pydantic import Field

from marketplace.arrangements import bundle


class Terms(bundle.WithService, bundle.WithInsurance):
    """The product's terms, the service's and the cover's."""

    kind: Literal["product_service_insurance"] = Field("product_service_insurance")


KIND = bundle.of("product_service_insurance", Terms, _("产品、维保与保险一并提供"))

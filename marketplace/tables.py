"""Brings every room's tables together, for migrations and tests."""

from marketplace.accounts import models as accounts  # noqa: F401
from marketplace.awarding import models as awarding  # noqa: F401
from marketplace.bidding import models as bidding  # noqa: F401
from marketplace.catalog import models as catalog  # noqa: F401
from marketplace.contracts import models as contracts  # noqa: F401
from marketplace.contracts import models_performance as contracts_performance  # noqa: F401
from marketplace.financing import models as financing  # noqa: F401
from marketplace.financing import models_consortium as financing_consortium  # noqa: F401
from marketplace.kit import audit, files, jobs, mail, sessions, throttle  # noqa: F401
from marketplace.matching import models as matching  # noqa: F401
from marketplace.needs import models as needs  # noqa: F401
from marketplace.pages import models as pages  # noqa: F401
from marketplace.parks import models as parks  # noqa: F401
from marketplace.payments import models as payments  # noqa: F401
from marketplace.payments import models_gateway as payments_gateway  # noqa: F401
from marketplace.payments import models_ledger as payments_ledger  # noqa: F401
from marketplace.payments import models_papers as payments_papers  # noqa: F401
from marketplace.procedures import models as procedures  # noqa: F401
from marketplace.procurement import models as procurement  # noqa: F401
from marketplace.quoting import models as quoting  # noqa: F401
from marketplace.search import models as search  # noqa: F401
from marketplace.taxonomy import models as taxonomy  # noqa: F401

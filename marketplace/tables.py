"""Brings every room's tables together, for migrations and tests."""

from marketplace.accounts import models as accounts  # noqa: F401
from marketplace.catalog import models as catalog  # noqa: F401
from marketplace.kit import audit, files, jobs, mail, sessions, throttle  # noqa: F401
from marketplace.matching import models as matching  # noqa: F401
from marketplace.needs import models as needs  # noqa: F401
from marketplace.pages import models as pages  # noqa: F401
from marketplace.parks import models as parks  # noqa: F401
from marketplace.quoting import models as quoting  # noqa: F401
from marketplace.search import models as search  # noqa: F401
from marketplace.taxonomy import models as taxonomy  # noqa: F401

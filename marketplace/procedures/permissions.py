"""Who keeps procedures and the working calendar."""

from marketplace.accounts.permissions import is_operator
from marketplace.kit.permissions import allow

KEEP_PROCEDURES = allow("procedure.keep", is_operator)
KEEP_CALENDAR = allow("calendar.keep", is_operator)

"""Words that outlive the request: notices and mails are written in the platform's first language, whoever caused them."""

from typing import Any

from flask_babel import force_locale, gettext

FIRST_LANGUAGE = "zh_Hans_CN"


def told(text: str, /, **values: Any) -> str:
    """The text in the first language, not in that of the person who happens to act."""
    with force_locale(FIRST_LANGUAGE):
        return gettext(text, **values)

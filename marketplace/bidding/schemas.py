"""What comes in besides the quote itself."""

from pydantic import Field

from marketplace.kit.forms import Form


class Submission(Form):
    """What names a submission: its key, and the version of the request its sender had before the eyes."""

    submission_key: str = Field(pattern=r"^[A-Za-z0-9_-]{16,40}$")
    version: int = Field(default=0, ge=0, lt=10**6)

"""Pure decisions about bases."""

import re

STAGES = (("创建单位", "growing"), ("特色园区", "speciality"), ("示范基地", "base"), ("示范园区", "base"))


def stage_of(designation: str) -> str:
    """What a name makes a park: "growing" (培育期, 创建单位), "base" (发展期, 示范基地), "speciality", or "".

    Source: 工信部联安全〔2021〕48号 has two stages; 特色园区 are named apart since 2025.
    """
    return next((stage for word, stage in STAGES if word in designation), "")


def year_of(designation: str) -> int | None:
    """The year a designation's name states."""
    found = re.search(r"(20\d\d)", designation)
    return int(found[1]) if found else None

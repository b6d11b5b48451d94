"""IP codes and explosion marks: read as plates and tenders write them, compared by what they cover."""

import pytest

from marketplace.reading.codes import ExMark, IpCode, code_of, ex_marks, ip_codes
from tests.reading.hostile import HOSTILE, within


def found(reader, text):
    return [(str(one.code), text[one.start : one.end].strip()) for one in reader(text)]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("IP67", [("IP67", "IP67")]),
        ("防护等级ip 68", [("IP68", "ip 68")]),
        ("IP-54", [("IP54", "IP-54")]),
        ("IPX7", [("IPX7", "IPX7")]),
        ("IP6X", [("IP6X", "IP6X")]),
        ("IP69K", [("IP69", "IP69K")]),
        ("整机IP65,电池仓IP67", [("IP65", "IP65"), ("IP67", "IP67")]),
        ("SHIP67", []),
        ("IP675", []),
        ("IP地址", []),
        ("VIP67号", []),
    ],
)
def test_an_ip_code_is_misread(text, codes):
    assert found(ip_codes, text) == codes


@pytest.mark.parametrize(
    ("offered", "asked", "covers"),
    [
        ("IP67", "IP67", True),
        ("IP68", "IP67", True),
        ("IP66", "IP67", False),
        ("IP57", "IP65", False),
        ("IPX7", "IP67", False),
        ("IP67", "IPX7", True),
        ("IPX8", "IPX7", True),
        ("IPX6", "IPX7", False),
        ("IP6X", "IP65", False),
    ],
)
def test_a_weaker_protection_covers_a_stronger_one(offered, asked, covers):
    assert code_of(offered).covers(code_of(asked)) is covers


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("Ex d IIB T4 Gb", [("Ex d IIB T4", "Ex d IIB T4")]),
        ("ExdⅡCT4", [("Ex d IIC T4", "ExdⅡCT4")]),
        ("Ex(ia)IIC T4", [("Ex ia IIC T4", "Ex(ia)IIC T4")]),
        ("Exia", [("Ex ia", "Exia")]),
        ("Ex ib I Mb", [("Ex ib I", "Ex ib I")]),
        ("矿用隔爆ExdⅠMb", [("Ex d I", "ExdⅠ")]),
        ("Ex d IIB+H2 T4", [("Ex d IIB T4", "Ex d IIB+H2 T4")]),
        ("Ex d [ia] IIC T4", [("Ex d IIC T4", "Ex d [ia] IIC T4")]),
        ("Ex op is IIC T6", [("Ex op is IIC T6", "Ex op is IIC T6")]),
        ("ExnAⅡT3", [("Ex nA II T3", "ExnAⅡT3")]),
        ("不低于IICT4", [("Ex IIC T4", "IICT4")]),
        ("防爆标志Ⅱ B T4的", [("Ex IIB T4", "Ⅱ B T4")]),
        ("ⅠⅡⅢ Ex d Ⅱ C T4和Ex ia Ⅰ", [("Ex d IIC T4", "Ex d Ⅱ C T4"), ("Ex ia I", "Ex ia Ⅰ")]),
        ("Example", []),
        ("Index T4", []),
        ("Ex", []),
        ("Ⅱ类", []),
    ],
)
def test_an_explosion_mark_is_misread_or_misplaced(text, marks):
    assert found(ex_marks, text) == marks


@pytest.mark.parametrize(
    ("offered", "asked", "covers"),
    [
        ("Ex d IIC T4", "Ex d IIB T4", True),
        ("Ex d IIB T4", "Ex d IIA T4", True),
        ("Ex d IIA T4", "Ex d IIB T4", False),
        ("Ex d IIB T4", "Ex d IIC T4", False),
        ("Ex d IIC T6", "Ex d IIC T4", True),
        ("Ex d IIC T4", "Ex d IIC T6", False),
        ("Ex d IIC", "Ex d IIC T4", False),
        ("Ex ia IIC T4", "Ex d IIC T4", True),
        ("Ex ia IIC T4", "Ex ia IIC T4", True),
        ("Ex ib IIC T4", "Ex ia IIC T4", False),
        ("Ex d IIC T4", "Exia", False),
        ("Ex ia I", "Exia", True),
        ("Ex d I", "Ex d IIA T1", False),
        ("Ex d IIC T6", "Ex d I", False),
        ("Ex ib I Mb", "Ex d I", True),
        ("Ex tD", "Ex d IIB T4", False),
    ],
)
def test_a_weaker_explosion_mark_covers_a_stronger_one(offered, asked, covers):
    assert code_of(offered).covers(code_of(asked)) is covers


def test_a_value_without_a_code_names_one():
    assert code_of("防水") is None and code_of("") is None
    assert code_of("外壳IP67,Ex d IIB T4") == IpCode(6, 7)
    assert code_of("ExdⅠMb") == ExMark(("d",), 1, "", 0)


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_text_fails_the_reading_of_codes_or_holds_it_up(name):
    with within(3):
        ip_codes(HOSTILE[name])
        ex_marks(HOSTILE[name])

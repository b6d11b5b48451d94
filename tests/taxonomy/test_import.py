"""Reference files taken over as editions."""

import pytest
import sqlalchemy as sa
from sqlmodel import select

from marketplace.kit import db
from marketplace.taxonomy import actions, queries
from marketplace.taxonomy.errors import BadReferenceFile
from marketplace.taxonomy.models import Edition, Term
from tests.conftest import NOON, ROOT

HEAD = "code,name,parent,level,source"
GOOD = f"{HEAD}\n1,泵,,1,s\n1.1,排涝泵,1,2,s\n"


@pytest.fixture
def fields(context, tmp_path):
    """`fields(text)` imports a `classes.csv` of this text; returns the rows taken over."""

    def take(text):
        path = tmp_path / "classes.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        with db.transaction():
            return actions.import_all(tmp_path, at=NOON).get("classes", 0)

    return take


def editions():
    with db.reading() as session:
        rows = session.exec(select(Edition).where(Edition.scheme == "classes").order_by(Edition.id))
        return [(e.version, e.rows) for e in rows]


def test_an_unchanged_file_makes_a_new_edition(context):
    before = editions()
    with db.transaction():
        assert actions.import_all(ROOT / "seed" / "taxonomy", at=NOON) == {}
    assert editions() == before


def test_a_changed_file_is_not_in_force_or_the_old_edition_is_lost(fields):
    before = editions()
    old = queries.class_("1").name
    assert fields(GOOD) == 2
    assert editions()[:-1] == before and editions()[-1][1] == 2
    assert queries.class_("1").name == "泵" != old
    assert queries.class_("1.1").path == ("1", "1.1") and len(queries.classes()) == 1
    with db.reading() as session:
        kept = session.exec(
            select(sa.func.count()).select_from(Term).join(Edition).where(Edition.version == before[0][0])
        )
        assert kept.one() == before[0][1]


def test_a_file_that_was_in_force_before_cannot_come_back(fields):
    fields(GOOD)
    fields(GOOD.replace("排涝泵", "真空泵"))
    assert fields(GOOD) == 2
    assert queries.class_("1.1").name == "排涝泵"
    versions = [version for version, _rows in editions()]
    assert len(set(versions)) == len(versions) == 4


def test_another_process_sees_an_edition_before_its_commit(fields):
    old = queries.class_("1").name
    with pytest.raises(RuntimeError), db.transaction():
        actions._terms("classes", "classes.csv", GOOD)
        actions.import_all(ROOT / "seed" / "taxonomy", at=NOON)
        assert queries.class_("1").name == old
        raise RuntimeError
    assert queries.class_("1").name == old


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ("code,parent,level,source\n1,,1,s\n", 1, "missing columns ['name']"),
        ("", 1, "missing columns ['code', 'name', 'source']"),
        (f"{GOOD},空,,1,s\n", 4, "empty code"),
        (f"{GOOD} ,空,,1,s\n", 4, "empty code"),
        (f"{GOOD}1.1,再来,1,2,s\n", 4, "code 1.1 repeated"),
        (f"{GOOD}1.2,孤儿,9,2,s\n", 4, "parent 9 unknown"),
        (f"{GOOD}1.2,潜水泵,大型,1,2,s\n", 4, "not as many cells as columns"),
        (f"{GOOD}1.2,潜水泵\n", 4, "not as many cells as columns"),
        (f'{HEAD}\n1,"泵,\n各种",,1,s\n1,泵,,1,s\n', 4, "code 1 repeated"),
        (GOOD.encode("gb18030"), 2, "not UTF-8"),
    ],
)
def test_a_bad_file_is_taken_over_or_its_fault_not_named(fields, text, line, fault):
    before = editions()
    with pytest.raises(BadReferenceFile) as refused:
        fields(text)
    assert refused.value.details == {"file": "classes.csv", "line": line, "fault": fault}
    assert editions() == before and queries.class_("1").name != "泵"


def test_the_sentence_about_a_bad_file_leaves_out_where_it_is_bad(app):
    with app.test_request_context():
        message = BadReferenceFile(file="classes.csv", line=4, fault="empty code").message()
    assert message == "classes.csv 第 4 行:empty code"


def test_one_bad_file_lets_the_others_in(context, tmp_path):
    (tmp_path / "fields.csv").write_text("code,name,source\nx,新领域,s\n", encoding="utf-8")
    (tmp_path / "classes.csv").write_text("broken\n", encoding="utf-8")
    with pytest.raises(BadReferenceFile), db.transaction():
        actions.import_all(tmp_path, at=NOON)
    assert "新领域" not in [name for _code, name, _en in queries.fields()]

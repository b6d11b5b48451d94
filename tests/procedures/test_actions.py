"""Shipped files, drafts, versions: what is in use is one at a time, and what ran under a version keeps it."""

import shutil

import pytest
from sqlmodel import select

from marketplace.accounts.models import OrganisationKind
from marketplace.kit import db
from marketplace.kit.audit import AuditEntry
from marketplace.kit.errors import Stale
from marketplace.kit.moves import NoSuchMove
from marketplace.procedures import actions, queries, rules
from marketplace.procedures.errors import BadProcedureFile, CodeTaken, StillNeeded, WarningsUnread
from marketplace.procedures.models import Procedure, ProcedureStatus
from tests.conftest import NOON, ROOT
from tests.factories.accounts import make_actor, make_organisation


@pytest.fixture
def keeper(context):
    """Who keeps procedures."""
    with db.transaction():
        return make_actor(make_organisation(OrganisationKind.OPERATOR))


@pytest.fixture
def folder(tmp_path):
    """A copy of the shipped files."""
    return shutil.copytree(ROOT / "seed" / "procedures", tmp_path / "shipped")


def change(folder, code, old, new):
    path = folder / f"{code}.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def bring_in(folder):
    with db.transaction():
        return actions.import_shipped(folder, at=NOON)


def edited(keeper, code="formal_rfq", why="试行", **changes):
    """A draft of the version in use with some settings changed."""
    with db.transaction():
        row = queries.newest(code)
        definition = queries.definition(row).model_copy(update=changes)
        return actions.draft(code, row.name, row.name_en, definition, why, by=keeper, at=NOON)


def use(draft, keeper, **more):
    """Put a draft in use."""
    with db.transaction():
        actions.put_in_use(queries.locked(draft.id), by=keeper, at=NOON, **more)


def look(read, *more):
    """Read in a session of its own: the test's would still see what it saw first."""
    with db.reading():
        return read(*more)


def states(code):
    return [(row.version, row.status.value) for row in look(queries.versions, code)]


def test_the_same_files_make_another_version(context, folder):
    assert bring_in(folder) == []
    assert [row.code for row in look(queries.in_use)] == list(actions.SHIPPED)
    assert states("formal_rfq") == [(1, "in_use")]


def test_a_changed_file_makes_no_new_version(context, folder):
    before = look(queries.newest, "formal_rfq")
    change(folder, "formal_rfq", "usual_time = { amount = 5", "usual_time = { amount = 6")
    assert bring_in(folder) == ["formal_rfq"] and bring_in(folder) == []
    assert states("formal_rfq") == [(2, "in_use"), (1, "retired")]
    assert queries.definition(look(queries.newest, "formal_rfq")).usual_time.amount == 6
    assert queries.definition(look(queries.procedure, before.id)).usual_time.amount == 5
    change(folder, "formal_rfq", "usual_time = { amount = 6", "usual_time = { amount = 5")
    assert bring_in(folder) == ["formal_rfq"]
    assert [row.code for row in look(queries.in_use)] == list(actions.SHIPPED)


def test_a_changed_file_overrules_what_people_wrote(context, folder, keeper):
    draft = edited(keeper, panel_min=5)
    change(folder, "formal_rfq", "usual_time = { amount = 5", "usual_time = { amount = 6")
    assert bring_in(folder) == [], "people's draft is left alone"
    use(draft, keeper)
    assert bring_in(folder) == ["formal_rfq"] and bring_in(folder) == []
    assert states("formal_rfq") == [(3, "draft"), (2, "in_use"), (1, "retired")]
    with db.transaction():
        actions.discard(queries.locked(queries.draft_of("formal_rfq").id), by=keeper, at=NOON)
    assert bring_in(folder) == []


def test_a_shipped_draft_people_edit_comes_back(context, folder, keeper):
    use(edited(keeper, panel_min=5), keeper)
    change(folder, "formal_rfq", "usual_time = { amount = 5", "usual_time = { amount = 6")
    assert bring_in(folder) == ["formal_rfq"]
    use(edited(keeper, panel_min=7), keeper)
    assert bring_in(folder) == [] and states("formal_rfq")[0] == (3, "in_use")


def test_a_broken_file_is_taken_over_in_part(context, folder):
    change(folder, "negotiation", "rounds = 2", "rounds = 3")
    change(folder, "formal_rfq", "usual_time = { amount = 5", "usual_time = { amount = 6")
    with pytest.raises(BadProcedureFile) as fault:
        bring_in(folder)
    assert "negotiation.toml" in fault.value.message() and states("formal_rfq") == [(1, "in_use")]


def test_two_versions_are_in_use_or_two_drafts_open(context, keeper):
    first, second = edited(keeper, panel_min=5), edited(keeper, panel_min=7)
    assert first.id == second.id and states("formal_rfq") == [(2, "draft"), (1, "in_use")]
    with db.transaction():
        actions.put_in_use(queries.locked(first.id), by=keeper, at=NOON)
    assert states("formal_rfq") == [(2, "in_use"), (1, "retired")]
    with pytest.raises(Stale), db.transaction():
        twin = queries.newest("formal_rfq").model_dump(exclude={"id", "version"})
        db.session().add(Procedure(**twin, version=9))
        db.flush_or(Stale)
    with pytest.raises(NoSuchMove), db.transaction():
        actions.put_in_use(queries.locked(first.id), by=keeper, at=NOON)


def test_an_old_form_overwrites_a_newer_version(context, keeper):
    seen = rules.stamp(look(queries.newest, "formal_rfq"))
    edited(keeper)
    with pytest.raises(Stale), db.transaction():
        row = queries.newest("formal_rfq")
        actions.draft(row.code, row.name, "", queries.definition(row), "又改", by=keeper, at=NOON, seen=seen)


def test_a_version_with_warnings_slips_into_use(context, keeper):
    draft = edited(keeper, min_suppliers=1)
    with pytest.raises(WarningsUnread), db.transaction():
        actions.put_in_use(queries.locked(draft.id), by=keeper, at=NOON)
    with db.transaction():
        actions.put_in_use(queries.locked(draft.id), by=keeper, at=NOON, warnings_read=True)
    assert look(queries.newest, "formal_rfq").id == draft.id


def test_a_second_procedure_takes_the_code_of_the_first(context, keeper):
    definition = queries.definition(look(queries.newest, "formal_rfq"))
    with pytest.raises(CodeTaken), db.transaction():
        actions.begin("formal_rfq", "询价", "", definition, "新建", by=keeper, at=NOON)
    with db.transaction():
        row = actions.begin("county_rfq", "县级询价", "", definition, "新建", by=keeper, at=NOON)
    assert (row.version, row.status, look(queries.newest, "county_rfq")) == (1, ProcedureStatus.DRAFT, None)
    assert [family[0].code for family in look(queries.families)][-1] == "county_rfq"


def test_the_quick_inquiry_loses_its_numbers(context, keeper):
    with pytest.raises(StillNeeded), db.transaction():
        actions.retire(queries.locked(queries.newest("market_inquiry").id), "不用了", by=keeper, at=NOON)
    with db.transaction():
        actions.retire(queries.locked(queries.newest("negotiation").id), "不用了", by=keeper, at=NOON)
    assert look(queries.newest, "negotiation") is None and "negotiation" not in [
        row.code for row in look(queries.in_use)
    ]


def test_a_deed_leaves_no_trail(context, keeper, folder):
    draft = edited(keeper, panel_min=5)
    with db.transaction():
        actions.put_in_use(queries.locked(draft.id), by=keeper, at=NOON)
        actions.retire(queries.locked(draft.id), "不用了", by=keeper, at=NOON)
    query = select(AuditEntry.action).where(AuditEntry.object_id == draft.id, AuditEntry.object_type == "procedure")
    assert look(lambda: list(db.session().exec(query))) == ["procedure.draft", "procedure.use", "procedure.retire"]


def test_the_inquiry_keeps_old_times_when_its_procedure_changes(context, keeper):
    from marketplace.procedures.schemas import Duration, Unit
    from marketplace.quoting import queries as quoting

    assert (look(quoting.times).usual.amount, look(quoting.times).least.unit) == (3, Unit.HOURS)
    draft = edited(keeper, "market_inquiry", usual_time=Duration(amount=8, unit=Unit.WORKING_DAYS))
    use(draft, keeper)
    assert look(quoting.times).usual.amount == 8

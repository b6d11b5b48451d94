"""Reads of the reference data in force; held per process and looked at again every half minute."""

import time
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlmodel import select

from marketplace.kit import db
from marketplace.taxonomy.models import Edition, Term
from marketplace.taxonomy.reference import Attribute, ClassNode, Reference, Scene, SpecField

LOOK_AGAIN_SECONDS = 30
CATEGORIES = [
    ("natural_disaster", "自然灾害", "Natural disasters"),
    ("accident_disaster", "事故灾难", "Accidents"),
    ("public_health", "公共卫生", "Public health"),
    ("social_security", "社会安全", "Public security"),
]

_held: WeakKeyDictionary[db.Database, tuple[float, tuple[int, ...], Reference]] = WeakKeyDictionary()


def reference() -> Reference:
    """Everything in force. Cheap: the database is asked only every LOOK_AGAIN_SECONDS."""
    database = db.database()
    held = _held.get(database)
    if held and time.monotonic() - held[0] < LOOK_AGAIN_SECONDS:
        return held[2]
    with db.reading() as session:
        newest = select(sa.func.max(Edition.id)).group_by(Edition.scheme)
        ids = tuple(sorted(session.exec(newest)))
        if held and held[1] == ids:
            _held[database] = (time.monotonic(), ids, held[2])
            return held[2]
        schemes: dict[str, list[Term]] = {}
        names = {e.id: e.scheme for e in session.exec(select(Edition).where(Edition.id.in_(ids)))}
        for term in session.exec(select(Term).where(Term.edition_id.in_(ids)).order_by(Term.position)):
            schemes.setdefault(names[term.edition_id], []).append(term)
    found = Reference(schemes)
    _held[database] = (time.monotonic(), ids, found)
    return found


def forget() -> None:
    """Look at the database at the next read: an import has just been made."""
    _held.clear()


def editions() -> list[Edition]:
    """All editions, newest first."""
    return list(db.session().exec(select(Edition).order_by(Edition.id.desc())))


def class_(code: str | None) -> ClassNode | None:
    """The class with this code."""
    return reference().classes.get(code or "")


def class_by_name(name: str) -> ClassNode | None:
    """The class with exactly this name; a product type wins over the industry node it shares its name with."""
    return reference().class_names.get(name.strip())


def classes(parent: str = "") -> list[ClassNode]:
    """The classes right below one, or the top ones."""
    return reference().children.get(parent, [])


def class_leaves(kind: str | None = None) -> list[ClassNode]:
    """The product types, of one kind if given."""
    ref = reference()
    return [n for n in ref.classes.values() if n.code not in ref.children and kind in (None, n.kind)]


def template(class_code: str) -> list[SpecField]:
    """The spec fields of a class, own ones first."""
    return reference().template(class_code)


def attribute(key: str) -> Attribute | None:
    """The attribute with this key."""
    return reference().attributes.get(key)


def attribute_for(spec_name: str, class_code: str | None = None, unit: str = "") -> Attribute | None:
    """The attribute a supplier's spec name, with the unit it is given in, means."""
    return reference().attribute_for(spec_name, class_code, unit)


def filterable_attributes() -> list[Attribute]:
    """The attributes one can search by number."""
    return [a for a in reference().attributes.values() if a.filterable]


def categories() -> list[tuple[str, str, str]]:
    """The four emergency categories: code, Chinese, English."""
    return CATEGORIES


def fields() -> list[tuple[str, str, str]]:
    """The six fields: code, Chinese, English."""
    return [(t.code, t.name, t.name_en) for t in reference().terms.get("fields", [])]


def events(parent: str | None = None) -> list[Term]:
    """Event types, all or those right below one."""
    return [t for t in reference().events.values() if parent is None or t.parent == parent]


def event(code: str) -> Term | None:
    """The event type with this code."""
    return reference().events.get(code)


def event_category(code: str) -> str:
    """The emergency category an event type belongs to; "" when unknown."""
    found = reference().events.get(code)
    while found is not None:
        if found.detail.get("category"):
            return found.detail["category"]
        found = reference().events.get(found.parent)
    return ""


def provinces() -> list[str]:
    """Province names in code order."""
    return reference().provinces


def cities(province: str) -> list[str]:
    """The cities of a province."""
    ref = reference()
    codes = {t.code for t in ref.regions.values() if t.name == province and not t.parent}
    return [t.name for t in ref.regions.values() if t.parent in codes]


def scenes() -> list[Scene]:
    """The scenes one can browse by."""
    return list(reference().scenes.values())


def scene(code: str) -> Scene | None:
    """The scene with this code."""
    return reference().scenes.get(code)


def certificate_kinds() -> list[tuple[str, tuple[str, ...]]]:
    """Kinds of certificate with what else they are called."""
    terms = reference().terms.get("certificates", [])
    return [(t.code, tuple(a.strip() for a in t.detail.get("aliases", "").split(";") if a.strip())) for t in terms]


def materials() -> list[Term]:
    """The materials list with its scenarios."""
    return reference().terms.get("materials", [])


def editions_in_force() -> list[Edition]:
    """The newest edition of each scheme."""
    newest = select(sa.func.max(Edition.id)).group_by(Edition.scheme)
    return list(db.session().exec(select(Edition).where(Edition.id.in_(newest)).order_by(Edition.scheme)))

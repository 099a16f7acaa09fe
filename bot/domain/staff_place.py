"""What somebody is to be, as a form says it, checked and turned into what is kept."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.domain.permissions import PRESETS, Permission, Preset, may_be_granted, may_be_taken
from bot.domain.staff_words import Refused, Said
from store import staff
from store.database import Connection
from store.staff import Place, StoredStaff

_LONGEST_DISPLAY = 30
_LONGEST_DEPARTMENT = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody is to be: as a form says it. `permissions`: all that he may do, None for those of the preset."""

    display: str
    preset: str
    permissions: Collection[str] | None = None
    department: str = ""
    venue: str = ""


def check_place(conn: Connection, wanted: Wanted) -> Place:
    """Turn what a form says into a place; a department that is new is added.

    Raises:
        Refused: something about it is wrong.
    """
    preset = next((one for one in Preset if one == wanted.preset), None)
    if preset is None:
        raise Refused(Said.NO_PRESET)
    granted, taken = _differences(preset, wanted.permissions)
    department, venue = wanted.department.strip(), wanted.venue.strip()
    if max(len(department), len(venue)) > _LONGEST_DEPARTMENT:
        raise Refused(Said.LONG_DEPARTMENT)
    if preset is Preset.DEPARTMENT and not (department or venue):
        raise Refused(Said.NEEDS_DEPARTMENT)
    department_id = staff.add_department(conn, department) if department else None
    return Place(preset=preset, granted=granted, taken=taken, department_id=department_id, venue=venue or None)


def _differences(preset: Preset, permissions: Collection[str] | None) -> tuple[Sequence[str], Sequence[str]]:
    """Return what is added to a preset and what is taken from it."""
    if permissions is None:
        return (), ()
    known = {one.value: one for one in Permission}
    for name in permissions:
        if name not in known:
            raise Refused(Said.NO_PERMISSION, name=name[:40])
    wanted = {known[name] for name in permissions}
    granted, taken = sorted(wanted - PRESETS[preset]), sorted(PRESETS[preset] - wanted)
    for one in granted:
        if not may_be_granted(preset, one):
            raise Refused(Said.MAY_NOT_GRANT, name=one)
    for one in taken:
        if not may_be_taken(preset, one):
            raise Refused(Said.MAY_NOT_TAKE, name=one)
    return granted, taken


def check_display(wanted: Wanted) -> str:
    """Return the name by which colleagues call somebody, or say what is wrong with it."""
    display = wanted.display.strip()
    if not display:
        raise Refused(Said.NO_DISPLAY)
    if len(display) > _LONGEST_DISPLAY:
        raise Refused(Said.LONG_DISPLAY)
    return display


def place_of(stored: StoredStaff) -> Place:
    """Return somebody's place as it stands."""
    return Place(
        preset=stored.preset,
        granted=stored.granted,
        taken=stored.taken,
        department_id=stored.department_id,
        venue=stored.venue,
    )


def describe_place(place: Place) -> str:
    """Return a place in names that mean the same in every language; departments by their numbers."""
    marks = [f"+{one}" for one in place.granted] + [f"-{one}" for one in place.taken]
    where = [f"department={place.department_id}"] if place.department_id else []
    return " ".join([place.preset, *marks, *where, *(["venue"] if place.venue else [])])

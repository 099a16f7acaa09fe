"""Who may do what: single permissions, five presets of them, and which rows somebody may see."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Permission(StrEnum):
    """What somebody may do. A later subject adds its own here, and to the presets below."""

    HELP_ANSWER = "help_answer"  # talk with citizens
    KNOWLEDGE_READ = "knowledge_read"
    KNOWLEDGE_EDIT = "knowledge_edit"
    KNOWLEDGE_APPROVE = "knowledge_approve"
    UNANSWERED = "unanswered"  # settle what was asked in vain
    QUIET = "quiet"  # stop everything outbound
    OVERVIEW = "overview"
    STAFF_MANAGE = "staff_manage"
    AUDIT_READ = "audit_read"
    PERSONAL_DATA = "personal_data"  # see names, phones and what was said
    SETTINGS = "settings"  # office hours, days of work, words to answer with


class Preset(StrEnum):
    """A role in the office, as a set of permissions to begin with."""

    DESK = "desk"  # 受理派单
    APPROVER = "approver"  # 审核领导
    DEPARTMENT = "department"  # 部门联络员
    AUDITOR = "auditor"  # 审计员
    ADMINISTRATOR = "administrator"  # 管理员


PRESETS: Mapping[Preset, frozenset[Permission]] = {
    Preset.DESK: frozenset(
        {
            Permission.HELP_ANSWER,
            Permission.KNOWLEDGE_READ,
            Permission.KNOWLEDGE_EDIT,
            Permission.UNANSWERED,
            Permission.OVERVIEW,
            Permission.PERSONAL_DATA,
        }
    ),
    Preset.APPROVER: frozenset(
        {
            Permission.KNOWLEDGE_READ,
            Permission.KNOWLEDGE_APPROVE,
            Permission.QUIET,
            Permission.OVERVIEW,
        }
    ),
    Preset.DEPARTMENT: frozenset({Permission.KNOWLEDGE_READ}),
    Preset.AUDITOR: frozenset({Permission.AUDIT_READ}),
    Preset.ADMINISTRATOR: frozenset(
        {
            Permission.KNOWLEDGE_READ,
            Permission.QUIET,
            Permission.OVERVIEW,
            Permission.STAFF_MANAGE,
            Permission.AUDIT_READ,
            Permission.SETTINGS,
        }
    ),
}

# With one of these something is changed; the others only show.
CHANGING = frozenset(
    {
        Permission.HELP_ANSWER,
        Permission.KNOWLEDGE_EDIT,
        Permission.KNOWLEDGE_APPROVE,
        Permission.UNANSWERED,
        Permission.QUIET,
        Permission.STAFF_MANAGE,
        Permission.SETTINGS,
    }
)
# Whoever holds one of these proves himself by a second factor.
WEIGHTY = frozenset({Permission.KNOWLEDGE_APPROVE, Permission.STAFF_MANAGE, Permission.SETTINGS})
_PRESETS_WITH_SECOND_FACTOR = (Preset.APPROVER, Preset.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who works here, and what he may do."""

    staff_id: int
    name: str  # to sign in with; what stands in `editor` and `approver` of articles
    display: str  # what colleagues call him
    preset: Preset
    permissions: frozenset[Permission]
    department_id: int | None  # with one of these two he sees only its rows
    venue: str | None
    totp: bool  # his second factor is set up
    active: bool

    def may(self, permission: Permission) -> bool:
        """Tell whether he may do this."""
        return permission in self.permissions

    @property
    def must_set_up(self) -> bool:
        """Tell whether he must set up his second factor before he may do anything else."""
        return not self.totp and needs_second_factor(self.preset, self.permissions)


def permissions_of(
    preset: Preset, *, granted: Collection[Permission] = (), taken: Collection[Permission] = ()
) -> frozenset[Permission]:
    """Return what somebody may do; an auditor changes nothing, whatever he was granted."""
    permissions = (PRESETS[preset] | frozenset(granted)) - frozenset(taken)
    return permissions - CHANGING if preset is Preset.AUDITOR else permissions


def may_be_granted(preset: Preset, permission: Permission) -> bool:
    """Tell whether a permission can be added to a preset: none that changes to auditors, no STAFF_MANAGE to others."""
    if permission is Permission.STAFF_MANAGE:
        return preset is Preset.ADMINISTRATOR
    return preset is not Preset.AUDITOR or permission not in CHANGING


def may_be_taken(preset: Preset, permission: Permission) -> bool:
    """Tell whether a permission can be taken from a preset: what makes it what it is stays."""
    return (preset, permission) not in {
        (Preset.ADMINISTRATOR, Permission.STAFF_MANAGE),
        (Preset.AUDITOR, Permission.AUDIT_READ),
    }


def needs_second_factor(preset: Preset, permissions: Collection[Permission]) -> bool:
    """Tell whether these permissions ask for a second factor."""
    return preset in _PRESETS_WITH_SECOND_FACTOR or not WEIGHTY.isdisjoint(permissions)


def may_see(staff: Staff, department_id: int | None, venue: str | None = None) -> bool:
    """Tell whether somebody may see a row of this department and venue.

    Whoever belongs to neither sees the whole town, but not a department's clerk whose department is unknown.
    """
    if staff.venue is not None and staff.venue != venue:
        return False
    if staff.department_id is not None and staff.department_id != department_id:
        return False
    return staff.preset is not Preset.DEPARTMENT or staff.department_id is not None or staff.venue is not None

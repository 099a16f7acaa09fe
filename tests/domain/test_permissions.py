"""Permissions: what each preset may, what may be added and taken, and whose rows somebody sees."""

import pytest

from bot.domain.permissions import (
    CHANGING,
    PRESETS,
    Permission,
    Preset,
    Staff,
    may_be_granted,
    may_be_taken,
    may_see,
    needs_second_factor,
    permissions_of,
)


def member(preset: Preset, *, department_id: int | None = None, venue: str | None = None, totp: bool = False) -> Staff:
    return Staff(1, "wang", "王", preset, PRESETS[preset], department_id, venue, totp, True)


def test_every_preset_has_permissions_and_auditors_only_look() -> None:
    assert set(PRESETS) == set(Preset)
    assert all(PRESETS.values())
    assert PRESETS[Preset.AUDITOR].isdisjoint(CHANGING)
    assert Permission.AUDIT_READ in PRESETS[Preset.AUDITOR]


def test_an_auditor_changes_nothing_whatever_stands_in_the_database() -> None:
    assert permissions_of(Preset.AUDITOR, granted=list(Permission)).isdisjoint(CHANGING)
    assert not any(may_be_granted(Preset.AUDITOR, one) for one in CHANGING)
    assert may_be_granted(Preset.AUDITOR, Permission.OVERVIEW)


def test_managing_staff_belongs_to_administrators_alone() -> None:
    for preset in Preset:
        assert may_be_granted(preset, Permission.STAFF_MANAGE) is (preset is Preset.ADMINISTRATOR)
    assert not may_be_taken(Preset.ADMINISTRATOR, Permission.STAFF_MANAGE)
    assert may_be_taken(Preset.DESK, Permission.KNOWLEDGE_EDIT)


def test_permissions_are_added_and_taken() -> None:
    found = permissions_of(Preset.DESK, granted=[Permission.QUIET], taken=[Permission.UNANSWERED])
    assert found == PRESETS[Preset.DESK] - {Permission.UNANSWERED} | {Permission.QUIET}


@pytest.mark.parametrize(
    ("preset", "granted", "is_needed"),
    [
        (Preset.APPROVER, [], True),
        (Preset.ADMINISTRATOR, [], True),
        (Preset.DESK, [], False),
        (Preset.DESK, [Permission.KNOWLEDGE_APPROVE], True),
        (Preset.DEPARTMENT, [], False),
        (Preset.AUDITOR, [], False),
    ],
)
def test_who_decides_needs_a_second_factor(preset: Preset, granted: list[Permission], is_needed: bool) -> None:
    assert needs_second_factor(preset, permissions_of(preset, granted=granted)) is is_needed
    assert member(Preset.APPROVER).must_set_up
    assert not member(Preset.APPROVER, totp=True).must_set_up


def test_rows_are_limited_to_department_and_venue() -> None:
    everywhere = member(Preset.DESK)
    assert may_see(everywhere, 3)
    assert may_see(everywhere, None, "图书馆")
    clerk = member(Preset.DEPARTMENT, department_id=3)
    assert may_see(clerk, 3)
    assert may_see(clerk, 3, "图书馆")
    assert not may_see(clerk, 4)
    assert not may_see(clerk, None)
    keeper = member(Preset.DEPARTMENT, venue="图书馆")
    assert may_see(keeper, 7, "图书馆")
    assert not may_see(keeper, 7, "体育馆")
    assert not may_see(keeper, 7)
    both = member(Preset.DESK, department_id=3, venue="图书馆")
    assert may_see(both, 3, "图书馆")
    assert not may_see(both, 4, "图书馆")
    assert not may_see(both, 3)
    assert not may_see(member(Preset.DEPARTMENT), None)  # a clerk of nowhere sees nothing

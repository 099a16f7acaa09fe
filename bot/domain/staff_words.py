"""What is said to staff about signing in and about each other, in their own words (store/start/sign_in.toml)."""

import functools
from collections.abc import Mapping
from enum import StrEnum

from store.start import read_sign_in_words


class Said(StrEnum):
    """Every remark that there is; what it is about is filled in."""

    WRONG = "wrong"
    LOCKED = "locked"
    BUSY = "busy"
    WRONG_CODE = "wrong_code"
    USED_CODE = "used_code"
    WRONG_OLD_PASSWORD = "wrong_old_password"  # noqa: S105 - a remark about one
    SIGNED_OUT = "signed_out"
    NOTHING_OFFERED = "nothing_offered"
    IS_NEEDED = "is_needed"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    SAME_AS_BEFORE = "same_as_before"
    NOT_TWICE_THE_SAME = "not_twice_the_same"
    WEAK = "weak"
    WEAK_COMMON = "weak_common"
    WEAK_PERSONAL = "weak_personal"
    WEAK_KEYBOARD = "weak_keyboard"
    WEAK_REPEATED = "weak_repeated"
    WEAK_SEQUENCE = "weak_sequence"
    WEAK_DATE = "weak_date"
    BAD_INVITATION = "bad_invitation"
    EXPIRED_INVITATION = "expired_invitation"
    BAD_NAME = "bad_name"
    NAME_TAKEN = "name_taken"
    NO_DISPLAY = "no_display"
    LONG_DISPLAY = "long_display"
    NO_PRESET = "no_preset"
    NO_PERMISSION = "no_permission"
    NEEDS_DEPARTMENT = "needs_department"
    LONG_DEPARTMENT = "long_department"
    MAY_NOT_GRANT = "may_not_grant"
    MAY_NOT_TAKE = "may_not_take"
    OWN_ROW = "own_row"
    LAST_ADMINISTRATOR = "last_administrator"
    NOBODY = "nobody"
    HAS_LEFT = "has_left"
    CHANGED_MEANWHILE = "changed_meanwhile"
    FAILURES_TOLD = "failures_told"
    FAILURES_ADVICE = "failures_advice"


class Refused(ValueError):
    """What was asked for is against the rules; `said` is which, the message says it to staff."""

    def __init__(self, said: Said, **about: object) -> None:
        super().__init__(say(said, **about))
        self.said = said


def say(said: Said, **about: object) -> str:
    """Return the remark with what it is about."""
    return _words()[said].format(**about)


@functools.cache
def _words() -> Mapping[str, str]:
    return read_sign_in_words()

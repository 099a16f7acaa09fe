"""What is said to the people who keep the knowledge, in their own words (store/start/staff.toml)."""

import functools
from enum import StrEnum

from store.start import StaffWords, read_staff_words


class Say(StrEnum):
    """Every remark that there is; what it is about is filled in."""

    NO_TITLE = "no_title"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    BAD_SLUG = "bad_slug"
    SAME_SLUG = "same_slug"
    SAME_TITLE = "same_title"
    BAD_MEASURE = "bad_measure"
    MEASURE_OF_OTHERS = "measure_of_others"
    BAD_YES_NO = "bad_yes_no"
    BAD_MOMENT = "bad_moment"
    REVERSED = "reversed"
    BAD_LINK = "bad_link"
    CONTROL_CHARACTER = "control_character"
    UNKNOWN_FIELD = "unknown_field"
    TWICE = "twice"
    UNKNOWN_SECTION = "unknown_section"
    MISSING_COLUMNS = "missing_columns"
    FORMULA = "formula"
    NO_ARTICLES = "no_articles"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    SUSPICIOUS = "suspicious"
    UNKNOWN_FORMAT = "unknown_format"
    TOO_LONG_FOR_A_CELL = "too_long_for_a_cell"
    NO_ARTICLE = "no_article"
    OWN_TEXT = "own_text"
    NO_ANSWER = "no_answer"
    FEW_SAMPLES = "few_samples"
    WORDING = "wording"
    IS_WITHDRAWN = "is_withdrawn"
    IS_OURS = "is_ours"
    NOT_OPEN = "not_open"
    SAMPLE_ELSEWHERE = "sample_elsewhere"
    SAME_TITLE_AS = "same_title_as"
    SLUG_TAKEN = "slug_taken"
    MOVED = "moved"
    IS_NO_DRAFT = "is_no_draft"
    NOT_SUBMITTED = "not_submitted"
    IS_WITHDRAWN_ALREADY = "is_withdrawn_already"
    NO_VERSION = "no_version"
    NO_REASON = "no_reason"
    REASON_TOO_LONG = "reason_too_long"
    NO_FILE = "no_file"
    UPLOAD_GONE = "upload_gone"
    UPLOAD_STALE = "upload_stale"
    GROUP_TOO_SMALL = "group_too_small"
    WORD_TOO_SHORT = "word_too_short"
    WORDS_IN_GROUPS = "words_in_groups"
    NO_GROUP = "no_group"
    WORDING_TOO_SHORT = "wording_too_short"
    WORDING_TOO_LONG = "wording_too_long"
    NO_WORDING = "no_wording"
    CHECK_NO_SUBJECT = "check_no_subject"
    CHECK_EXPIRED = "check_expired"
    CHECK_EXPIRING = "check_expiring"
    CHECK_TWIN = "check_twin"
    CHECK_ASTRAY = "check_astray"
    PLAN_GAP = "plan_gap"
    PLAN_BLANK = "plan_blank"
    PLAN_UNBALANCED = "plan_unbalanced"
    PLAN_CUT = "plan_cut"
    PLAN_NO_MEASURES = "plan_no_measures"
    PLAN_KNOWN = "plan_known"


def say(what: Say, **about: object) -> str:
    """Return the remark with what it is about."""
    return words().says[what].format(**about)


@functools.cache
def words() -> StaffWords:
    """Return all the words."""
    return read_staff_words()

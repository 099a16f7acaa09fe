"""The starting knowledge: complete, plainly worded, free of promises and of words that citizens shouldn't meet."""

import itertools
import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from bot.knowledge.normalise import normalise

START: Final = Path(__file__).parents[2] / "store" / "start"
MEASURES: Final = range(1, 24)
MIN_SAMPLES: Final = 8
MAX_SAMPLES: Final = 45
MAX_TITLE: Final = 20
MAX_ANSWER: Final = 220

# Words of an office, of the year of the plan, or of a machine. The first group is STYLE.md's.
FORBIDDEN: Final = re.compile(
    "投诉|受理|结案|候补|退订|工单|退单|兜底|打卡"
    "|20[0-9]{2}|脱贫攻坚|习近平|《|[{}]|X|贵单位|该项|予以|特此|此致|高度重视|扎实推进"
)
PHONES: Final = re.compile(
    "1(10|19|20|22)|100(00|10|86)|12(123|306|315|329|333|345|348|356|366|367|388|393)|95598|96110"
)
WHAT_NEXT: Final = "12345|居委会|班主任|人工|问我|社区|管理员"
# Which list a phrase stands in decides what happens, so none may stand in two.
WORD_LISTS: Final = frozenset(
    [
        "greeting",
        "thanks",
        "farewell",
        "abuse",
        "menu",
        "help",
        "cancel",
        "back",
        "person",
        "robot",
        "yes",
        "no",
        "more",
        "none_of_these",
        "privacy",
        "erase",
        "confirm_erase",
        "ask",
        "report",
        "signup",
        "topics",
        "export",
        "consent",
        "withdraw_consent",
        "privacy_notice",
    ]
)

Article = dict[str, Any]


def load(name: str) -> dict[str, Any]:
    return tomllib.loads((START / f"{name}.toml").read_text(encoding="utf-8"))


FILES: Final = [load(f"articles/{file.stem}") for file in sorted((START / "articles").glob("*.toml"))]
ARTICLES: Final[list[Article]] = [article for file in FILES for article in file["article"]]
OURS: Final = [article for article in ARTICLES if article.get("ours", True)]
OTHERS: Final = [article for article in ARTICLES if not article.get("ours", True)]
WORDS: Final[dict[str, dict[str, list[str]]]] = {
    name: found for name, found in load("words").items() if name not in {"endings", "connectors", "follow_ups"}
}
OFF_TOPIC: Final[list[str]] = load("off_topic")["sentences"]
GROUPS: Final[list[list[str]]] = load("synonyms")["groups"]


def assert_none(**faults: Sequence[object]) -> None:
    """Fail with every fault that was found, by its kind."""
    assert {kind: found for kind, found in faults.items() if found} == {}


def repeated(texts: list[str]) -> list[str]:
    return [text for text, times in Counter(texts).items() if times > 1]


def questions(articles: list[Article]) -> list[str]:
    return [normalise(text) for article in articles for text in (article["title"], *article["samples"])]


def test_every_measure_has_its_articles_and_emergencies_come_first_among_the_others() -> None:
    counted = Counter(article["measure"] for article in OURS if "measure" in article)
    assert {measure: number for measure in MEASURES if not 3 <= (number := counted[measure]) <= 7} == {}
    assert len(OTHERS) >= 30
    assert [article["slug"] for article in OTHERS[:4]] == ["call-110", "call-119", "call-120", "call-122"]


def test_every_article_has_the_agreed_fields() -> None:
    agreed = {"slug", "measure", "ours", "subject", "title", "answer", "samples", "links"}
    assert_none(
        unknown_field=[one["slug"] for one in ARTICLES if not set(one) <= agreed],
        strange_slug=[one["slug"] for one in ARTICLES if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", one["slug"])],
        measure_of_others=[one["slug"] for one in OTHERS if "measure" in one],
        title_too_long_or_missing=[one["slug"] for one in ARTICLES if not 0 < len(one["title"]) <= MAX_TITLE],
    )


def test_every_article_has_enough_samples() -> None:
    assert_none(
        too_few_or_many=[one["slug"] for one in ARTICLES if not MIN_SAMPLES <= len(one["samples"]) <= MAX_SAMPLES],
        too_long_or_empty=[
            sample for one in ARTICLES for sample in one["samples"] if len(sample) > 30 or not normalise(sample)
        ],
    )


def test_every_answer_is_short_and_in_whole_sentences() -> None:
    answers = {one["slug"]: one["answer"].strip() for one in ARTICLES}
    sentences = [(slug, part) for slug, answer in answers.items() for part in re.split(r"[。；：\n]", answer)]
    assert_none(
        too_short_or_long=[slug for slug, answer in answers.items() if not 40 <= len(answer) <= MAX_ANSWER],
        broken_off=[
            line for answer in answers.values() for line in answer.splitlines() if not line.endswith(("。", "；", "："))
        ],
        long_sentence=[found for found in sentences if len(found[1]) > 75],
    )


def test_every_answer_is_free_of_forbidden_words() -> None:
    shown = {one["slug"]: one["title"] + one["answer"] for one in ARTICLES}
    assert_none(
        forbidden=[(slug, found) for slug, text in shown.items() if (found := FORBIDDEN.findall(text))],
        half_width=[(slug, found) for slug, text in shown.items() if (found := re.findall(r"[,;:?!()]", text))],
    )


def test_every_answer_names_only_known_numbers() -> None:
    numbers = [(one["slug"], number) for one in ARTICLES for number in re.findall(r"\d+", one["title"] + one["answer"])]
    assert_none(unknown=[found for found in numbers if not PHONES.fullmatch(found[1])])


def test_every_answer_says_what_to_do_next() -> None:
    assert_none(
        ours=[one["slug"] for one in OURS if not re.search(WHAT_NEXT, one["answer"])],
        others=[one["slug"] for one in OTHERS if not re.search(r"\d{3,5}|请|问我", one["answer"])],
    )


def test_slugs_titles_and_samples_are_unique() -> None:
    assert repeated([article["slug"] for article in ARTICLES]) == []
    assert repeated(questions(ARTICLES)) == []


def test_off_topic_sentences_are_varied_and_are_nobodys_samples() -> None:
    normalised = [normalise(sentence) for sentence in OFF_TOPIC]
    assert 85 <= len(normalised) <= 120
    assert all(normalised)
    assert repeated(normalised) == []
    assert set(normalised).isdisjoint(questions(ARTICLES))


def test_synonym_groups_are_pure() -> None:
    terms = [term for group in GROUPS for term in group]
    assert 40 <= len(GROUPS) <= 80
    assert all(len(group) >= 2 for group in GROUPS)
    assert all(len(term) >= 2 and normalise(term) == term for term in terms)
    assert repeated(terms) == []


def test_the_word_lists_are_the_agreed_ones() -> None:
    assert set(WORDS) == WORD_LISTS
    assert {name for name, lists in WORDS.items() if set(lists) != {"phrases"}} == {"abuse"}
    assert set(WORDS["abuse"]) == {"phrases", "contains"}


def test_every_word_list_is_broad_and_normalised() -> None:
    phrases = {name: WORDS[name]["phrases"] for name in sorted(WORD_LISTS)}
    assert_none(
        narrow=[name for name, listed in phrases.items() if len(listed) < 8],
        repeated=[(name, twice) for name, listed in phrases.items() if (twice := repeated(listed))],
        not_normalised=[phrase for listed in phrases.values() for phrase in listed if normalise(phrase) != phrase],
    )


def test_word_lists_share_no_phrase() -> None:
    for left, right in itertools.combinations(sorted(WORD_LISTS), 2):
        assert set(WORDS[left]["phrases"]) & set(WORDS[right]["phrases"]) == set(), (left, right)


def test_no_steering_phrase_hides_an_articles_sample() -> None:
    phrases = {phrase for lists in WORDS.values() for phrase in lists["phrases"]}
    assert phrases & set(questions(ARTICLES)) == set()


def test_words_of_abuse_stand_in_no_decent_sentence() -> None:
    traps = [
        "我妈妈的医保",
        "他妈妈想当志愿者",
        "智障孩子能上学吗",
        "我想去死",
        "废物回收站",
        "相信球队",
        "神经病院在哪",
        "狗屁股后头没人收拾",
    ]
    decent = questions(ARTICLES) + [normalise(trap) for trap in traps]
    contains = WORDS["abuse"]["contains"]
    assert [normalise(part) for part in contains] == contains
    assert [(part, text) for part in contains for text in decent if part in text] == []

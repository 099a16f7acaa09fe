"""The starting knowledge: complete, plainly worded, free of promises and of words that citizens shouldn't meet."""

import itertools
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest

from bot.knowledge.normalise import normalise

START: Final = Path(__file__).parents[2] / "store" / "start"
MEASURES: Final = range(1, 24)
MIN_SAMPLES: Final = {True: 8, False: 8}
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

each_article = pytest.mark.parametrize("article", ARTICLES, ids=lambda article: str(article["slug"]))
each_word_list = pytest.mark.parametrize("name", sorted(WORD_LISTS))


def repeated(texts: list[str]) -> list[str]:
    return [text for text, times in Counter(texts).items() if times > 1]


def questions(articles: list[Article]) -> list[str]:
    return [normalise(text) for article in articles for text in (article["title"], *article["samples"])]


def test_every_measure_has_its_articles_and_emergencies_come_first_among_the_others() -> None:
    counted = Counter(article["measure"] for article in OURS if "measure" in article)
    assert {measure: number for measure in MEASURES if not 3 <= (number := counted[measure]) <= 7} == {}
    assert len(OTHERS) >= 30
    assert [article["slug"] for article in OTHERS[:4]] == ["call-110", "call-119", "call-120", "call-122"]


@each_article
def test_an_article_has_the_agreed_fields(article: Article) -> None:
    assert set(article) <= {"slug", "measure", "ours", "subject", "title", "answer", "samples", "links"}
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", article["slug"])
    assert "measure" not in article or article.get("ours", True)
    assert 0 < len(article["title"]) <= MAX_TITLE


@each_article
def test_an_article_has_enough_samples(article: Article) -> None:
    assert MIN_SAMPLES[article.get("ours", True)] <= len(article["samples"]) <= MAX_SAMPLES
    assert all(len(sample) <= 30 and normalise(sample) for sample in article["samples"])


@each_article
def test_an_answer_is_short_and_in_whole_sentences(article: Article) -> None:
    answer = article["answer"].strip()
    assert 40 <= len(answer) <= MAX_ANSWER
    assert all(line.endswith(("。", "；", "：")) for line in answer.splitlines())
    sentences = [sentence for sentence in re.split(r"[。；：\n]", answer) if sentence]
    assert max(map(len, sentences)) <= 75, max(sentences, key=len)


@each_article
def test_an_answer_is_free_of_forbidden_words(article: Article) -> None:
    shown = article["title"] + article["answer"]
    assert FORBIDDEN.findall(shown) == []
    assert not re.search(r"[,;:?!()]", shown), "Chinese punctuation is full width"


@each_article
def test_an_answer_names_only_known_numbers(article: Article) -> None:
    numbers = re.findall(r"\d+", article["title"] + article["answer"])
    assert [number for number in numbers if not PHONES.fullmatch(number)] == []


@each_article
def test_a_district_answer_says_what_to_do_next(article: Article) -> None:
    if article.get("ours", True):
        assert re.search(r"12345|居委会|班主任|人工|问我|社区|管理员", article["answer"])
    else:
        assert re.search(r"\d{3,5}|请|问我", article["answer"])


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


@each_word_list
def test_a_word_list_is_broad_and_normalised(name: str) -> None:
    phrases = WORDS[name]["phrases"]
    assert len(phrases) >= 8
    assert repeated(phrases) == []
    assert [phrase for phrase in phrases if normalise(phrase) != phrase] == []


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

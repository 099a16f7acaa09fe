"""`wenming evaluate`: how well questions are answered whose right measure is known, line by line and in sum."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median, quantiles

import orjson

from bot.dialogue.context import UNSEEN
from bot.dialogue.listening import Listener
from bot.dialogue.turn import Understanding
from bot.knowledge.asking import QuestionVectors
from bot.knowledge.embedders import Embedder
from bot.knowledge.findings import Article, Finding, Outcome
from bot.knowledge.index import Index
from bot.knowledge.second_look import SecondLook
from bot.questioning import read_knowledge, read_regressions
from store.start import read_words

_MEASURES = range(1, 24)
_SECONDS = 3.0  # for one question, as a service would have
_DECISIONS = ("answer", "suggest", "redirect", "refuse")


class BadQuestions(ValueError):
    """The file isn't one question a line; the message names the line."""


@dataclass(frozen=True, slots=True)
class Question:
    """One line: what is asked, and the work plan's measure that it is about (None: none of our business)."""

    question: str
    measure: int | None


@dataclass(frozen=True, slots=True)
class Judged:
    """What a citizen would get. `measures`: the nearest different ones, best first, whatever the decision."""

    question: str
    decision: str  # answer | suggest | redirect | refuse
    measures: tuple[int, ...]
    article: int | None
    ms: float

    def is_wrong(self, measure: int) -> bool:
        """Tell whether a citizen got something at once that isn't about what was asked."""
        return self.decision == "redirect" or (self.decision == "answer" and self.measures[:1] != (measure,))


@dataclass(frozen=True, slots=True)
class Figures:
    """The sum, as shares of the questions with a measure (on) and without (off); milliseconds for all."""

    on: int
    off: int
    recall_1: float
    recall_3: float
    wrong_direct: float
    on_answer: float
    on_suggest: float
    on_redirect: float
    on_refuse: float
    off_answer: float
    off_suggest: float
    off_redirect: float
    off_refuse: float
    p50_ms: float
    p95_ms: float


async def evaluate(questions: Sequence[Question], embedder: Embedder | None = None) -> tuple[Figures, list[Judged]]:
    """Ask every question of this place's articles, those included that nobody has approved yet.

    Raises:
        ModelFailed: the embedder is needed for the articles' vectors, and gives none.
    """
    knowledge = await read_knowledge(samples_too=True, embedder=embedder)
    vectors = None if embedder is None else QuestionVectors(embedder, count=lambda _outcome: None, patience=_SECONDS)
    examiner = Examiner(knowledge.articles, knowledge.index, SecondLook(vectors))
    judged = [await examiner.judge(asked.question) for asked in questions]
    return sum_up(questions, judged), judged


@dataclass(frozen=True, slots=True)
class Retried:
    """A question that was missed once, asked again. `slug`: what should answer it, None: nothing of ours should.

    `verdict`: right | offered (among the suggestions) | missed | waiting (its article isn't published).
    """

    question: str
    slug: str | None
    decision: str
    verdict: str


async def evaluate_regressions() -> list[Retried]:
    """Ask every question again that was missed once and has been settled since."""
    knowledge = await read_knowledge(samples_too=True)
    examiner = Examiner(knowledge.articles, knowledge.index, SecondLook(None))
    published = {article.id for article in knowledge.articles}
    retried = []
    for once in await read_regressions():
        got = await examiner.judge(once.question)
        offered = [hit.article.id for hit in knowledge.index.find(once.question).hits]
        is_waiting = once.article_id is not None and once.article_id not in published
        verdict = "waiting" if is_waiting else _verdict(got, once.article_id, offered)
        retried.append(Retried(once.question, once.slug, got.decision, verdict))
    return retried


def _verdict(got: Judged, wanted: int | None, offered: Sequence[int]) -> str:
    if got.decision == "suggest":
        return "offered" if wanted is None or wanted in offered else "missed"
    is_right = got.decision in {"refuse", "redirect"} if wanted is None else got.article == wanted
    return "right" if is_right else "missed"


def describe_regressions(retried: Sequence[Retried]) -> str:
    """Put the outcome into lines for a terminal, those that were missed again first."""
    counts = Counter(one.verdict for one in retried)
    missed = [
        f"missed: {one.question}  ({one.slug or 'not ours'}, got: {one.decision})"
        for one in retried
        if one.verdict == "missed"
    ]
    verdicts = ", ".join(f"{counts[name]} {name}" for name in ("right", "offered", "missed", "waiting"))
    return "\n".join([*missed, f"{len(retried)} questions missed once: {verdicts}"])


class Examiner:
    """Asks as a stranger would who writes for the first time."""

    def __init__(self, articles: Sequence[Article], index: Index, second_look: SecondLook) -> None:
        self._index = index
        self._second_look = second_look
        self._listener = Listener(read_words(), _Shelf(articles, index, second_look))

    async def judge(self, question: str) -> Judged:
        """Return what the question gets."""
        started = time.perf_counter()
        understood = await self._listener.understand(question, UNSEEN.stored, is_warm=False, seconds=_SECONDS)
        ms = (time.perf_counter() - started) * 1000
        article = understood.article
        by_words = self._index.find(question)
        vector = await self._second_look.vector(self._index, by_words, said=question, seconds=_SECONDS)
        nearest = (article.measure if article else None, *self._index.measures(question, vector=vector))
        measures = tuple(dict.fromkeys(measure for measure in nearest if measure is not None))[:3]
        return Judged(question, _decision(understood), measures, article.id if article else None, round(ms, 3))


class _Shelf:
    """The articles and their index, as a listener asks for them."""

    def __init__(self, articles: Sequence[Article], index: Index, second_look: SecondLook) -> None:
        self._second_look = second_look
        self._by_id = {article.id: article for article in articles}
        self._index = index

    def find(self, question: str) -> Finding:
        return self._index.find_normalised(question)

    async def look_again(self, finding: Finding, *, said: str, seconds: float) -> Finding:
        return await self._second_look.look(self._index, finding, said=said, seconds=seconds)

    def article(self, article_id: int) -> Article | None:
        return self._by_id.get(article_id)


def read_questions(lines: Iterable[str]) -> list[Question]:
    """Read a JSON object a line; further fields are allowed, empty lines too.

    Raises:
        BadQuestions
    """
    return [_question(number, line) for number, line in enumerate(lines, 1) if line.strip()]


def sum_up(questions: Sequence[Question], judged: Sequence[Judged]) -> Figures:
    """Count; without questions of a kind its shares are 0."""
    pairs = list(zip(questions, judged, strict=True))
    on = [(asked.measure, got) for asked, got in pairs if asked.measure is not None]
    off = [got for asked, got in pairs if asked.measure is None]
    on_decisions = Counter(got.decision for _, got in on)
    off_decisions = Counter(got.decision for got in off)
    wrong = sum(got.is_wrong(measure) for measure, got in on)
    times = [got.ms for got in judged]
    return Figures(
        on=len(on),
        off=len(off),
        recall_1=_share(sum(measure in got.measures[:1] for measure, got in on), len(on)),
        recall_3=_share(sum(measure in got.measures[:3] for measure, got in on), len(on)),
        wrong_direct=_share(wrong, len(on)),
        **{f"on_{name}": _share(on_decisions[name], len(on)) for name in _DECISIONS},
        **{f"off_{name}": _share(off_decisions[name], len(off)) for name in _DECISIONS},
        p50_ms=round(median(times), 3) if times else 0.0,
        p95_ms=round(quantiles(times, n=20)[-1], 3) if len(times) > 1 else 0.0,
    )


def describe(figures: Figures) -> str:
    """Put the figures into lines for a terminal."""
    return "\n".join(
        (
            f"{figures.on} questions with a measure: recall@1 {figures.recall_1:.3f}, @3 {figures.recall_3:.3f}, "
            f"wrong direct answers {figures.wrong_direct:.3f}",
            f"    answered {figures.on_answer:.3f}, offered {figures.on_suggest:.3f}, "
            f"sent to another door {figures.on_redirect:.3f}, refused {figures.on_refuse:.3f}",
            f"{figures.off} off topic: answered as if ours {figures.off_answer:.3f}, "
            f"offered {figures.off_suggest:.3f}, sent to another door {figures.off_redirect:.3f}, "
            f"refused {figures.off_refuse:.3f}",
            f"p50 {figures.p50_ms:.2f} ms, p95 {figures.p95_ms:.2f} ms",
        )
    )


def dump_answer(judged: Judged) -> str:
    """Return one line of the answers' file."""
    return orjson.dumps(asdict(judged)).decode()


def _decision(understood: Understanding) -> str:
    if understood.article is not None:
        return "answer" if understood.article.ours else "redirect"
    finding = understood.finding
    return "suggest" if finding is not None and finding.outcome is Outcome.SUGGEST else "refuse"


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _question(number: int, line: str) -> Question:
    try:
        values = orjson.loads(line)
    except orjson.JSONDecodeError as wrong:
        raise BadQuestions(f"line {number} is no JSON: {wrong}") from None
    if not isinstance(values, Mapping) or not isinstance(values.get("question"), str):
        raise BadQuestions(f'line {number} lacks "question"')
    measure = values.get("measure")
    if measure is not None and (not isinstance(measure, int) or measure not in _MEASURES):
        raise BadQuestions(f'line {number}: "measure" is 1 to 23 or null')
    return Question(values["question"], measure)

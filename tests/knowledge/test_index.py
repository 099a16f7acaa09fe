"""What the index finds, and what it admits not to know."""

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.knowledge.building import BuildFailed, Plan, build, build_beside
from bot.knowledge.findings import Finding, Outcome, Thresholds
from bot.knowledge.index import Index
from tests.knowledge.bases import Base, an_article

LIBRARY = an_article(1, "城市书房", "城市书房早上九点开门。", "书房几点开门", "去哪看书", "书房在什么地方")
MARKET = an_article(
    2, "农贸市场改造", "市场正在改造,厕所和通道都会修好。", "菜市场什么时候改", "市场厕所脏", "买菜的地方太乱"
)
DOGS = an_article(3, "文明养犬", "出门请给狗拴绳。", "有人遛狗不拴绳", "狗叫扰民找谁", "流浪狗怎么办")
THREE = (LIBRARY, MARKET, DOGS)


def titles(finding: Finding) -> list[str]:
    return [hit.article.title for hit in finding.hits]


@pytest.mark.parametrize("words", ["书房几点开门", "城市书房", "書房,幾點開門?", "书 房 几 点 开 门 😀"])
def test_the_very_words_of_a_title_or_sample_are_certain(words: str) -> None:
    finding = Index.build(THREE).find(words)
    assert finding.outcome is Outcome.ANSWER
    assert [(hit.article, hit.confidence) for hit in finding.hits] == [(LIBRARY, 1.0)]
    assert "exact" in finding.why


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("请问咱们这儿的城市书房今天几点开门啊", "城市书房建设"),
        ("城市输房几点开门", "城市书房建设"),
        ("chengshi shufang ji dian kaimen", "城市书房建设"),
        ("chengshishufang", "城市书房建设"),
        ("hi qing wen chengshi shufang zai nali ya wifi", "城市书房建设"),
        ("城市書房幾點開門呢", "城市书房建设"),
        ("龙贸市场啥时改造", "农贸市场改造提升"),
        ("集贸市场太脏", "农贸市场改造提升"),
        ("15分钟阅读圈", "城市书房建设"),
    ],
)
def test_other_wordings_typos_pinyin_and_synonyms_are_found(town_index: Index, question: str, title: str) -> None:
    finding = town_index.find(question)
    assert finding.outcome is not Outcome.UNKNOWN
    assert titles(finding)[0] == title


@pytest.mark.parametrize("question", ["红烧肉怎么做", "asdfgh", "😀", "", "啊", "啊" * 300, "1234567", "ok"])
def test_what_the_town_does_not_know_is_admitted(town_index: Index, question: str) -> None:
    assert town_index.find(question).outcome is Outcome.UNKNOWN


def test_a_single_character_is_never_answered_at_once(starting_index: Index) -> None:
    characters = {character for question in "书狗医你我车路村馆" for character in question}
    assert all(starting_index.find(character).outcome is not Outcome.ANSWER for character in characters)


def test_a_neighbours_question_is_sent_to_its_door(town_index: Index) -> None:
    finding = town_index.find("我的身份证丢了在哪补办")
    assert finding.outcome is Outcome.ANSWER
    assert not finding.hits[0].article.ours


def test_hits_are_different_articles_best_first(town_index: Index) -> None:
    finding = town_index.find("公益广告在哪里")
    assert len({hit.article.id for hit in finding.hits}) == 3
    assert [hit.score for hit in finding.hits] == sorted((hit.score for hit in finding.hits), reverse=True)
    confidences = [hit.confidence for hit in finding.hits]
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences[1:]) > 0
    assert all(0 <= confidence <= 1 for confidence in confidences)


def test_words_of_two_articles_offer_both() -> None:
    twice = (LIBRARY, an_article(9, "看书的好去处", "河边也有长椅。", "去哪看书", "哪里安静"), DOGS)
    finding = Index.build(twice).find("去哪看书")
    assert finding.outcome is not Outcome.ANSWER
    assert {hit.article.id for hit in finding.hits} >= {1, 9}


def test_thresholds_decide(town_base: Base) -> None:
    question = "城市书房今天几点开门啊"

    def outcome(answer: float, suggest: float) -> Outcome:
        limits = Thresholds(answer=answer, suggest=suggest)
        return Index.build(town_base.articles, thresholds=limits).find(question).outcome

    assert outcome(0.0, 0.0) is Outcome.ANSWER
    assert outcome(1.01, 0.0) is Outcome.SUGGEST
    assert outcome(1.01, 1.01) is Outcome.UNKNOWN


def test_a_synonym_leads_across(town_base: Base) -> None:
    question = "想去自习室"
    without = Index.build(town_base.articles, off_topic=town_base.off_topic).find(question)
    with_groups = town_base.index().find(question)
    assert titles(with_groups)[0] == "城市书房建设"
    assert with_groups.hits[0].confidence > max((hit.confidence for hit in without.hits), default=0.0)


def test_synonyms_in_latin_letters_are_whole_words() -> None:
    article = an_article(1, "下载软件", "在应用商店里。", "小程序怎么打开", "软件装不上")
    index = Index.build((article, DOGS), synonyms=[["app", "软件"], ["", " "]])
    assert titles(index.find("app"))[0] == "下载软件"
    assert index.find("happy").hits == ()


def test_the_address_of_a_link_is_not_searched() -> None:
    linked = an_article(1, "活动报名", '请点<a href="https://example.org/baoming">这里报名</a>。', "怎么报名")
    index = Index.build((linked, DOGS))
    assert index.find("example org").hits == ()
    assert titles(index.find("点这里"))[0] == "活动报名"


def test_an_index_of_nothing_knows_nothing() -> None:
    index = Index.build((), off_topic=["你好"], synonyms=[["a", "b"]])
    assert (len(index), index.self_test) == (0, 0.0)
    finding = index.find("书房")
    assert (finding.outcome, finding.hits, finding.why) == (Outcome.UNKNOWN, (), "there are no articles")


def test_articles_may_be_bare() -> None:
    index = Index.build((an_article(1, "书房", ""), an_article(2, "", "狗要拴绳"), an_article(3, "", "")))
    assert titles(index.find("书房")) == ["书房"]
    assert [hit.article.id for hit in index.find("拴绳").hits] == [2]
    assert index.self_test == 0.0


def test_one_article_alone_is_not_the_answer_to_everything() -> None:
    index = Index.build((LIBRARY,))
    assert index.find("城市书房什么地方有").hits[0].article is LIBRARY
    assert index.find("今天晚上吃什么好").outcome is not Outcome.ANSWER


def test_the_self_test_falls_when_samples_belong_elsewhere(town_base: Base, town_index: Index) -> None:
    samples = [article.samples for article in town_base.articles]
    mixed = [
        an_article(article.id, article.title, article.answer, *stolen)
        for article, stolen in zip(town_base.articles, samples[1:] + samples[:1], strict=True)
    ]
    assert town_index.self_test > 0.75
    assert Index.build(mixed).self_test < 0.4


def test_copies_of_a_sample_do_not_flatter_the_self_test(town_base: Base, town_index: Index) -> None:
    copied = [
        an_article(a.id, a.title, a.answer, *(text + ending for text in a.samples for ending in ("", "呢", "啊")))
        for a in town_base.articles
    ]
    index = Index.build(copied, off_topic=town_base.off_topic, synonyms=town_base.synonyms)
    assert index.self_test == pytest.approx(town_index.self_test, abs=0.06)


def test_the_cache_changes_nothing(town_base: Base) -> None:
    cached, plain = town_base.index(cache=2), town_base.index()
    questions = ["书房在哪", "书房,在哪?", "公园广场", "书房在哪", "遛狗", "今天天气"] * 2
    assert [cached.find(question) for question in questions] == [plain.find(question) for question in questions]
    assert cached.find("书房在哪") is cached.find("书房,在哪")


def test_the_same_articles_give_the_same_findings(town_base: Base, town_index: Index) -> None:
    again = town_base.index()
    for question in ("书房在哪", "公益广告", "停车收费", "weijian"):
        assert again.find(question) == town_index.find(question)


def test_many_threads_may_ask(town_base: Base) -> None:
    index = town_base.index(cache=8)
    questions = [sample for article in town_base.articles for sample in (article.samples[0], article.answer[:20])]
    alone = [index.find(question) for question in questions]
    with ThreadPoolExecutor(8) as pool:
        for answers in pool.map(lambda _: [index.find(question) for question in questions], range(16)):
            assert answers == alone


def test_a_replaced_index_is_freed_at_once() -> None:
    index = Index.build(THREE)
    index.find("书房")
    left = weakref.ref(index)
    gc.disable()
    try:
        del index
        assert left() is None
    finally:
        gc.enable()


async def test_a_process_beside_builds_the_same_index(town_base: Base) -> None:
    plan = Plan(articles=town_base.articles, synonyms=(), off_topic=(), thresholds=Thresholds(), cache=2)
    beside, here = await build_beside(plan), build(plan)
    questions = ["书房在哪", "公园广场", "遛狗", "今天天气"]
    assert [beside.find(question) for question in questions] == [here.find(question) for question in questions]
    assert (len(beside), beside.self_test) == (len(here), here.self_test)


async def test_a_process_that_builds_nothing_is_said_to_have_failed() -> None:
    nonsense = Plan(articles="no articles", synonyms=(), off_topic=(), thresholds=Thresholds(), cache=0)  # type: ignore[arg-type]
    with pytest.raises(BuildFailed):
        await build_beside(nonsense)

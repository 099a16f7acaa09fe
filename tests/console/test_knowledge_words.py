"""Word lists and the self-test in the console."""

from bot.clock import Clock
from bot.domain.permissions import Preset
from bot.jobs.knowledge import KnowledgeScores
from bot.knowledge.findings import Thresholds
from bot.knowledge.library import Library
from store import scores, synonyms, wordings
from tests.console.conftest import Desk
from tests.console.test_knowledge_pages import HOSTILE, lines
from tests.town import Town

SYNONYMS, WORDINGS = "/knowledge/synonyms", "/knowledge/wordings"


async def test_words_become_a_group_and_join_it(town: Town, desk: Desk) -> None:
    officer = await desk(Preset.DESK)
    assert (await officer.fills(SYNONYMS, SYNONYMS, words="火星、红色星球 荧惑")).leads_to == SYNONYMS
    assert (await officer.fills(SYNONYMS, SYNONYMS, words="火星，马尔斯")).status == 303
    groups = await town.database.read(synonyms.list_groups)
    assert ("火星", "红色星球", "荧惑", "马尔斯") in groups
    assert await lines(town) == ["synonyms_changed"] * 2
    too_long = "长" * 61 + " 短的"
    for words, says in (("火", "每个词至少 2 个字"), ("只有一个", "一组至少写两个词"), (too_long, "最多 60 个字")):
        refused = await officer.fills(SYNONYMS, SYNONYMS, words=words)
        assert (refused.status, says in refused.text) == (422, True), words
    newest = (await town.database.read(synonyms.list_kept))[-1]
    form = (await officer.opens(SYNONYMS)).form(f"{SYNONYMS}/remove")
    assert (await officer.sends(form, group=newest.id)).status == 303
    assert (await officer.sends(form, group=newest.id, once="f" * 22)).status == 422
    assert ("火星", "红色星球", "荧惑", "马尔斯") not in await town.database.read(synonyms.list_groups)


async def test_wordings_are_the_approvers(town: Town, desk: Desk) -> None:
    officer, approver = await desk(Preset.DESK), await desk(Preset.APPROVER)
    assert "加一条规定" not in (await officer.opens(WORDINGS)).text
    added = await approver.fills(WORDINGS, WORDINGS, phrase=HOSTILE[:60], kind="avoid", advice=HOSTILE, blocks="yes")
    assert added.leads_to == WORDINGS
    shown = await approver.opens(WORDINGS)
    assert "<script>alert" not in shown.text
    rules = {rule.phrase: rule for rule in await town.database.read(wordings.list_all)}
    assert rules[HOSTILE[:60]].blocks
    for change, says in (({"phrase": "文明", "kind": "exact"}, "至少 3 个字"), ({"phrase": "长" * 61}, "最多 60 个字")):
        refused = await approver.fills(WORDINGS, WORDINGS, **change)
        assert (refused.status, says in refused.text) == (422, True)
    removed = await approver.sends(shown.form(f"{WORDINGS}/remove"), phrase=HOSTILE[:60])
    assert removed.leads_to == WORDINGS
    assert await lines(town) == ["wording_changed", "wording_removed"]


async def test_each_day_keeps_its_last_score(town: Town, desk: Desk) -> None:
    await town.until("SELECT count(*) FROM knowledge_scores")
    clock = Clock(town.settings.clock_offset_file)
    library = Library(
        town.database,
        clock=clock,
        thresholds=Thresholds(),
        samples_too=True,
        cache=10,
        measure=lambda version, articles, seconds: None,
    )
    job = KnowledgeScores(town.database, clock=clock, library=library)
    assert await job.run_once() == 0  # nothing is known yet
    await library.refresh()
    assert [await job.run_once(), await job.run_once()] == [1, 0]
    await town.control("clock", advance=24 * 3600)
    assert await job.run_once() == 1
    newest = await town.database.read(scores.list_newest, most=10)
    assert len(newest) == 2
    assert newest[0].day > newest[1].day
    assert newest[0].self_test == library.self_test().share > 0.5
    shown = await (await desk(Preset.DESK)).opens("/knowledge/self-test")
    assert newest[0].day in shown.text
    assert f"<td>{newest[0].self_test * 100:.1f}</td>" in shown.text
    assert 'data-chart="line"' in shown.text

"""The queue of what nobody could answer: grouped, settled in one step, and who asked is told."""

import asyncio

from bot.domain.permissions import Preset
from store import articles, audit, unanswered
from store.database import Connection
from tests.console.colleague import Colleague, Page, SentForm
from tests.console.conftest import Desk
from tests.console.test_knowledge_pages import NOW, says_until
from tests.town import Citizen, Town

QUEUE = "/knowledge/unanswered"
MARS = ("火星上能不能种玉米呀请问", "请问火星上能种玉米吗", "火星上种玉米可不可以呀")


async def asks(town: Town, *questions: str) -> Citizen:
    """Let somebody ask in vain."""
    citizen = await town.follower("好问的人")
    for question in questions:
        await citizen.says(question)
    return citizen


async def open_questions(town: Town) -> list[str]:
    return sorted(one.question for one in await town.database.read(unanswered.list_open))


async def details(town: Town) -> list[tuple[str, str]]:
    found = await town.database.read(audit.search, audit.Search())
    return [(line.action, line.detail) for line in reversed(found)]


def step_of(page: Page, how: str) -> str:
    """Return the value of the first button that does this."""
    return page.text.split(f'name="step" value="{how}/', 1)[1].split('"', 1)[0].join((f"{how}/", ""))


async def presses(colleague: Colleague, page: Page, step: str, **changes: object) -> Page:
    return await colleague.sends(page.form(QUEUE), step=step, **changes)


async def test_one_click_begins_an_article_and_its_approval_tells_who_asked(town: Town, desk: Desk) -> None:
    officer, approver = await desk(Preset.DESK), await desk(Preset.APPROVER)
    citizen = await asks(town, *MARS)
    queue = await officer.opens(QUEUE)
    assert "<strong>3 次</strong>" in queue.text
    begun = await presses(officer, queue, step_of(queue, "new"))
    assert begun.leads_to.endswith("/edit")
    assert await open_questions(town) == []
    path = begun.leads_to
    written = await officer.fills(path, path, answer="还不能，火星上没有水。", do="submit")
    assert written.status == 303
    shown = await approver.opens(written.leads_to)
    assert (await approver.sends(shown.form(f"{written.leads_to}/approve"))).status == 303
    async with asyncio.timeout(60):
        while "火星上没有水" not in str((await citizen.inbox())[-1]):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    await says_until(citizen, MARS[0], "火星上没有水")
    assert ("unanswered_new", "3 questions") in await details(town)


async def test_one_click_adds_to_the_nearest_article(town: Town, desk: Desk) -> None:
    officer = await desk(Preset.DESK)
    await asks(town, "城市书房里面能不能种玉米呀")
    queue = await officer.opens(QUEUE)
    step = step_of(queue, "sample")
    settled = await presses(officer, queue, step)
    assert settled.leads_to == QUEUE
    article = await town.database.read(articles.find_by_slug, step.split("/")[1])
    assert article is not None
    assert "城市书房里面能不能种玉米呀" in article.samples
    assert "加进这条的问法" in (await officer.opens(QUEUE)).text
    again = await presses(officer, queue, step, once="b" * 22)
    assert again.status == 422
    assert "已经处理过" in again.text


async def test_another_article_is_searched_and_chosen(town: Town, desk: Desk) -> None:
    officer = await desk(Preset.DESK)
    await asks(town, MARS[0])
    queue = await officer.opens(QUEUE)
    form = queue.form(QUEUE)
    ids = step_of(queue, "drop").rpartition("/")[2]
    form.action = f"/desk{QUEUE}/choose"
    chosen = await officer.sends(form, step="choose//", ids=ids)
    assert MARS[0] in chosen.text
    found = await officer.sends(chosen.form(f"{QUEUE}/choose"), words="书房")
    assert found.status == 200
    step = step_of(found, "sample")
    assert (await officer.sends(SentForm(f"/desk{QUEUE}", fields=found.form(QUEUE).fields), step=step)).status == 303
    assert await open_questions(town) == []


async def test_several_groups_are_settled_at_once(town: Town, desk: Desk) -> None:
    officer = await desk(Preset.DESK)
    await asks(town, MARS[0], "隔壁老王家的鱼缸多少钱一个", "什么颜色的袜子配凉鞋")
    queue = await officer.opens(QUEUE)
    ticked = [part.split('"', 1)[0] for part in queue.text.split('name="ids" value="')[1:]]
    assert len(ticked) == 3
    assert (await presses(officer, queue, "drop//", ids=ticked[:2])).leads_to == QUEUE
    assert len(await open_questions(town)) == 1
    assert ("unanswered_drop", "2 questions") in await details(town)
    rest = await officer.opens(QUEUE)
    assert (await presses(officer, rest, "not_ours//", ids=ticked[2:])).status == 303
    assert await open_questions(town) == []
    assert "现在没有答不上的问题" in (await officer.opens(QUEUE)).text


async def test_nothing_ticked_changes_nothing_and_says_so(town: Town, desk: Desk) -> None:
    officer = await desk(Preset.DESK)
    await asks(town, MARS[0])
    queue = await officer.opens(QUEUE)
    for step in ("drop//", "drop//x,y", "new//", "sample/no-such-article/1"):
        refused = await presses(officer, queue, step, once="c" * 22)
        assert refused.status == 422, step
        assert "没有办成" in refused.text
    assert (await presses(officer, queue, "explode//1", once="d" * 22)).status == 404
    assert len(await open_questions(town)) == 1


async def test_personal_data_and_hostile_words_are_not_shown(town: Town, desk: Desk) -> None:
    officer = await desk(Preset.DESK)
    await asks(town, "我的电话13812345678火星玉米怎么种", "<script>alert(1)</script>袜子颜色")
    queue = await officer.opens(QUEUE)
    assert "火星玉米怎么种" in queue.text
    assert "袜子颜色" in queue.text
    assert "13812345678" not in queue.text
    assert "<script>alert" not in queue.text


async def test_only_the_newest_of_very_many_are_grouped(town: Town, desk: Desk) -> None:
    officer = await desk(Preset.DESK)

    def flood(conn: Connection) -> None:
        for number in range(700):
            unanswered.add(
                conn,
                citizen_id="c",
                question=f"第{number % 350}号外星飞船几点降落",
                cause="refused",
                nearest_article_id=None,
                asked=NOW,
            )

    await town.database.write(flood)
    queue = await officer.opens(QUEUE)
    assert queue.status == 200
    assert "最近的 600 次提问" in queue.text

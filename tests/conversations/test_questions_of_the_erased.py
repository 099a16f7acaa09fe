"""A question that the office has learnt from outlives the one who asked it: without a name, a phone or an openid."""

from bot.domain import knowledge
from store import unanswered
from store.sealing import Seal
from tests.conversations.searching import needle, search_tables
from tests.dialogue.pushing import count
from tests.town import SEAL_KEY, Town

PHONE = "13903717788"
NAME = "欧阳慧敏"


async def test_what_is_learnt_names_nobody(town: Town) -> None:
    citizen = await town.follower()
    await citizen.says(f"我叫{NAME}，电话{PHONE}，微信{citizen.openid}，量子纠缠的数学推导过程谁会讲")
    asked = await town.database.read(unanswered.list_open)
    assert [NAME in one.question and PHONE in one.question for one in asked] == [True]
    ids, now = [one.id for one in asked], asked[0].asked
    await town.database.write(knowledge.make_draft, ids, title="量子纠缠", answer="", by="张三", now=now)
    await citizen.does("unfollows")
    needles = [needle("phone", PHONE), needle("name", NAME), needle("openid", citizen.openid)]
    assert await town.database.read(search_tables, needles, Seal([SEAL_KEY])) == {}
    assert await count(town, "regressions WHERE question LIKE '%量子纠缠%'") == 1
    assert await count(town, "article_samples WHERE question LIKE '%量子纠缠的数学推导过程%'") == 1

"""继续 sent the rest of a long article although it had been withdrawn in the meantime."""

from sqlalchemy import text

from bot import texts
from tests.town import Town

LONG = "城市书房的规矩有很多。" * 120


async def test_the_rest_of_a_long_answer_goes_with_its_article(town: Town) -> None:
    citizen = await town.follower()
    await make_long(town)
    await citizen.says("城市书房在哪里？")
    citizen.sees("城市书房的规矩", texts.LONG_ANSWER_TAIL)
    await citizen.says("继续")
    citizen.sees("城市书房的规矩")
    await citizen.says("城市书房在哪里？")
    await town.command("knowledge_withdraw", slugs=["reading-rooms"], by="张三")
    await citizen.says("继续")
    citizen.sees(texts.STALE_ARTICLE)


async def make_long(town: Town) -> None:
    """Give an article an answer that takes two messages, as an editor would."""
    change = text("UPDATE articles SET answer = :answer, version = version + 1 WHERE title = '城市书房在哪里？'")
    await town.database.write(lambda conn: conn.execute(change, {"answer": LONG}).rowcount)
    await town.database.write(
        lambda conn: conn.execute(text("UPDATE service_state SET knowledge_version = knowledge_version + 1")).rowcount
    )

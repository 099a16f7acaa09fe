"""aiohttp, wechatpy and SQLAlchemy's ORM: a session and a commit a message, on SQLite or PostgreSQL."""

import argparse
import asyncio

import uvloop
from aiohttp import web
from sqlalchemy import BigInteger, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry
from wechatpy import parse_message
from wechatpy.exceptions import InvalidSignatureException
from wechatpy.replies import TextReply
from wechatpy.utils import check_signature

from tests.bench.peers.job import Job, read_job


class Base(DeclarativeBase):
    """The peers' own tables."""


class Message(Base):
    """A message with its reply, so that a retry gets the same words."""

    __tablename__ = "messages"
    msg_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    openid: Mapped[str]
    content: Mapped[str]
    reply: Mapped[str]


class Conversation(Base):
    """A citizen's session."""

    __tablename__ = "sessions"
    openid: Mapped[str] = mapped_column(primary_key=True)
    asked: Mapped[int] = mapped_column(default=0)


async def remember(session: AsyncSession, job: Job, message: object) -> str:
    number, openid, content = message.id, message.source, message.content  # type: ignore[attr-defined]
    async with session.begin():
        seen = await session.get(Message, number)
        if seen is not None:
            return seen.reply
        conversation = await session.get(Conversation, openid)
        if conversation is None:
            conversation = Conversation(openid=openid, asked=0)
            session.add(conversation)
        conversation.asked += 1
        reply = job.answer_to(content)
        session.add(Message(msg_id=number, openid=openid, content=content, reply=reply))
    return reply


def make_app(job: Job, engine: AsyncEngine) -> web.Application:
    sessions = async_sessionmaker(engine, expire_on_commit=False)

    async def receive(request: web.Request) -> web.Response:
        given = request.query
        try:
            check_signature(job.token, given.get("signature", ""), given.get("timestamp", ""), given.get("nonce", ""))
        except InvalidSignatureException:
            raise web.HTTPForbidden from None
        message = parse_message(await request.read())
        async with sessions() as session:
            reply = await remember(session, job, message)
        return web.Response(text=TextReply(content=reply, message=message).render(), content_type="text/xml")

    app = web.Application()
    app.router.add_post("/wechat", receive)
    return app


def open_engine(url: str) -> AsyncEngine:
    """Open either database; SQLite gets one connection, since its writers would only wait for each other's locks."""
    if not url.startswith("sqlite"):
        return create_async_engine(url, pool_size=10, max_overflow=0)
    engine = create_async_engine(url, pool_size=1, max_overflow=0)
    event.listen(engine.sync_engine, "connect", _use_wal)
    return engine


def _use_wal(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


async def serve(port: int) -> None:
    job = read_job()
    engine = open_engine(job.database)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    runner = web.AppRunner(make_app(job, engine), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    uvloop.run(serve(parser.parse_args().port))


if __name__ == "__main__":
    main()

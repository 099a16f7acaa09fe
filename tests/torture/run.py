"""One whole run on one database: the acts, the judgement, and everything once more to see that nothing moves."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bot.sandbox.push import deliver
from store.database import open_database
from tests.torture.acts import ALL_CUT_SECONDS, HELD_UP_SECONDS, Stage, play_freeze, play_kills, play_late
from tests.torture.ledger import Ledger, read_ledger
from tests.torture.platform import Platform, open_platform
from tests.torture.service import Service
from tests.torture.verdicts import judge, judge_order


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much torture. `late` messages of the acts after the kills; 0 leaves these acts out."""

    messages: int
    kills: int
    late: int
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What happened, for the table, and what must not have happened."""

    numbers: dict[str, int]
    violations: tuple[str, ...]


async def run(database_url: str, folder: Path, plan: Plan) -> Result:
    """Play on one database, which may be empty, and judge."""
    started = time.monotonic()
    async with open_platform(folder, seed=plan.seed) as (platform, settings):
        service = Service({**settings, "DATABASE_URL": database_url}, folder)
        try:
            await service.start_and_wait()
            database = open_database(database_url)
            try:
                stage = Stage(platform=platform, service=service, database=database, random=Random(plan.seed))
                await _play(stage, plan)
                return await _judge(stage, started)
            finally:
                await database.close()
        finally:
            service.end()


async def _play(stage: Stage, plan: Plan) -> None:
    await play_kills(stage, messages=plan.messages, kills=plan.kills)
    if plan.late:
        await play_freeze(stage, messages=plan.late, seconds=HELD_UP_SECONDS)
        await play_freeze(stage, messages=plan.late, seconds=ALL_CUT_SECONDS)
        await play_late(stage, messages=plan.late)


async def _judge(stage: Stage, started: float) -> Result:
    platform = stage.platform
    ledger = await read_ledger(stage.database)
    words = platform.words_by_parcel()
    numbers = _count(stage, ledger)
    violations = judge(platform.world, platform.sent, ledger, words, stage.excused)
    violations += judge_order(stage.talks, ledger)
    violations += await _ask_again(platform)
    if await read_ledger(stage.database) != ledger:
        violations.append("pushing every message once more changed the database")
    if (code := await stage.service.stop()) != 0:
        violations.append(f"the service ended with {code} when it was asked to stop")
    numbers["seconds"] = round(time.monotonic() - started)
    return Result(numbers=numbers, violations=tuple(violations))


async def _ask_again(platform: Platform) -> list[str]:
    """Push every message of those who stayed once more: the same words must come back."""
    words = platform.words_by_parcel()
    stayed = [sent for sent in platform.sent if sent.citizen.followed]
    again = await asyncio.gather(*(deliver(platform.world, sent.parcel) for sent in stayed))
    found = []
    for sent, outcome in zip(stayed, again, strict=True):
        said = outcome.reply.content["content"] if outcome.reply else ""
        before = words.get(sent.parcel.text) or [said]
        if outcome.verdict not in ("reply", "silent") or said != before[0]:
            found.append(f"{sent.kind} {sent.key.hex()[:8]}: asked again, it got {outcome.verdict} {said!r}")
    return found


def _count(stage: Stage, ledger: Ledger) -> dict[str, int]:
    states = Counter((delivery.lane, delivery.state) for delivery in ledger.deliveries)
    texts = Counter({state: number for (lane, state), number in states.items() if lane == "customer_message"})
    outcomes = Counter(line.get("outcome") for line in stage.service.log_lines() if line.get("message") == "message")
    return {
        "messages": len(stage.platform.sent),
        "citizens": len({sent.citizen.openid for sent in stage.platform.sent}),
        "kill -9": stage.kills,
        "frozen": stage.freezes,
        "attempts of WeChat's": stage.platform.attempts,
        "pushed again after three attempts": sum(len(sent.outcomes) - 1 for sent in stage.platform.sent),
        "answered from the stored reply": outcomes["repeated"],
        "photos kept": states["media", "sent"],
        "replies too late": texts.total(),
        "… brought by a retry": texts["cancelled"],
        "… sent as customer message": texts["sent"],
        "… uncertain after a kill": texts["uncertain"],
    }

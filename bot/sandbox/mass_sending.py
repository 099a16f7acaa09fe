"""Carries out an accepted mass message: the administrator's word, the receivers, the event at the end."""

import asyncio

from bot.sandbox import push
from bot.sandbox.citizens import Citizen
from bot.sandbox.faults import Fault
from bot.sandbox.mass import CONFIRM_SECONDS, MassJob
from bot.sandbox.messages import event
from bot.sandbox.wire import Json
from bot.sandbox.world import World

LOOK_SECONDS = 0.05
AT_ONCE = 500
REFUSED, UNANSWERED = "err(40001)", "err(40002)"


async def carry_out(world: World, job: MassJob, *, path: str) -> None:
    """Ask the administrator, send, report; nothing more happens to a job that was deleted or forgotten."""
    verdict = await _confirmed(world, job)
    if verdict is None:
        await _until(world, job, job.at + world.mass.seconds)
    trouble = await world.job_trouble(path)
    if job.forgotten:
        return
    if job.status == "SENDING":
        if verdict is None and trouble is None:
            await _send(world, job)
        else:
            _fail(world, job, verdict, trouble)
    world.changed()
    fields = _report(job)
    await push.deliver(world, event(world, world.platform_openid, "MASSSENDJOBFINISH", fields=fields))


async def _confirmed(world: World, job: MassJob) -> str | None:
    """None when sending may begin, else the status that says why not."""
    if world.mass.confirmation == "refuses":
        return REFUSED
    if world.mass.confirmation != "waits":
        return None
    job.waits = True
    world.changed()
    await _until(world, job, job.at + CONFIRM_SECONDS, answer=True)
    job.waits = False
    if job.confirmed is None:
        return UNANSWERED
    return None if job.confirmed else REFUSED


async def _until(world: World, job: MassJob, moment: float, *, answer: bool = False) -> None:
    """Wait for an instant of the sandbox clock, which may jump; the administrator's answer may end it."""
    while world.now() < moment and job.status == "SENDING" and not job.forgotten:
        if answer and job.answered.is_set():
            return
        await asyncio.sleep(LOOK_SECONDS)


async def _send(world: World, job: MassJob) -> None:
    room = world.mass.has_room(is_service=world.config.account.endswith("service"), now=world.now())
    for number, openid in enumerate(job.audience, 1):
        citizen = world.crowd.find(openid)
        if citizen and not _is_filtered(citizen) and room(citizen):
            job.filtered += 1
            _hand_over(world, job, citizen)
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)
            if job.status != "SENDING" or job.forgotten:
                return
    job.status, job.told = "SEND_SUCCESS", "send success"


def _is_filtered(citizen: Citizen) -> bool:
    return citizen.refuses_messages or citizen.blacklisted


def _hand_over(world: World, job: MassJob, citizen: Citizen) -> None:
    if not citizen.followed:
        job.failed += 1
        return
    citizen.masses.append(world.now())
    world.write(citizen, job.draft, sender="account", via="mass")
    job.sent += 1


def _fail(world: World, job: MassJob, verdict: str | None, trouble: Fault | None) -> None:
    code = trouble.errcode if trouble else None
    job.status, job.told = "SEND_FAIL", verdict or (f"err({code})" if code else "send fail")
    if verdict is None:
        job.filtered = job.failed = len(job.audience)
    for article in job.draft.content.get("articles", []):
        world.library.close_page(article["url"])


def _report(job: MassJob) -> Json:
    articles = job.draft.content.get("articles", []) if job.kind == "mpnews" else []
    checks = [_check(number) for number in range(1, len(articles) + 1)]
    pages = [{"ArticleIdx": number, "ArticleUrl": one["url"]} for number, one in enumerate(articles, 1)]
    return {
        "MsgID": job.msg_id,
        "Status": job.told or "send fail",
        "TotalCount": len(job.audience),
        "FilterCount": job.filtered,
        "SentCount": job.sent,
        "ErrorCount": job.failed,
        "CopyrightCheckResult": {
            "Count": len(checks),
            "ResultList": {"item": checks},
            "CheckState": 2 if checks else 0,
        },
        "ArticleUrlResult": {"Count": len(pages), "ResultList": {"item": pages}},
    }


def _check(number: int) -> Json:
    """What the originality check says of an article: nothing found."""
    return {
        "ArticleIdx": number,
        "UserDeclareState": 0,
        "AuditState": 2,
        "OriginalArticleUrl": "",
        "OriginalArticleType": 0,
        "CanReprint": 1,
        "NeedReplaceContent": 0,
        "NeedShowReprintSource": 0,
    }

"""The whole loop on the phone: asked in vain, settled by the office on its command line, told to the asker next day."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.demo import ROOT, Demo, run_demo
from tests.browser.phone import OpenPhone, Phone

pytestmark = pytest.mark.asyncio(loop_scope="session")

RIDDLE = "小区能不能装个自动浇花的机器"
ANSWER = "能装。先跟楼下邻居说一声，再找物业登记就行。"
WORDINGS = ("阳台装浇花机", "浇花机器谁给装")
WRITER = "李主任"
VAGUE = "街上"
NEXT_DAY = timedelta(hours=22)  # before WeChat closes the window for messages to the asker
TOLD_WITHIN = 20_000  # milliseconds; askers are looked for every other second


@dataclass(frozen=True, slots=True)
class Office:
    """The office's command line, beside the running demo."""

    folder: Path

    async def runs(self, *words: str) -> str:
        """Run `wenming knowledge …` and return what it printed."""
        status, said, complained = await self._run(*words)
        assert status == 0, complained
        return said

    async def _run(self, *words: str) -> tuple[int | None, str, str]:
        """Run it as a process of its own, which asks the service through its socket."""
        keys = json.loads((self.folder / "secrets.json").read_text())
        environment = {
            **os.environ,
            "ACCOUNT_KIND": "verified_service",
            "APP_ID": keys["app_id"],
            "APP_SECRET": keys["app_secret"],
            "CALLBACK_TOKEN": keys["token"],
            "SECRET_KEYS": keys["seal_key"],
            "DATABASE_URL": f"sqlite:///{self.folder / 'wenming.db'}",
            "CONTROL_SOCKET": str(self.folder / "wenming.sock"),
            "PYTHONPATH": str(ROOT),
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "knowledge", *words, cwd=self.folder, env=environment, stdout=PIPE, stderr=PIPE
        )
        said, complained = await process.communicate()
        return process.returncode, said.decode(), complained.decode()

    async def refuses(self, *words: str) -> str:
        """Run what must not be done, and return why."""
        status, _, complained = await self._run(*words)
        assert status == 1
        return complained

    async def unanswered(self, question: str) -> dict[str, Any]:
        """Return the group of open questions that holds this one."""
        groups = json.loads(await self.runs("unanswered", "--json"))["groups"]
        (found,) = [group for group in groups if question in group["wordings"]]
        return dict(found)

    async def drafts(self, question: str) -> str:
        """Begin a draft with a question, add wordings to it in a file, take it in again; return its name."""
        group = await self.unanswered(question)
        how = ("--new", "能装自动浇花机吗？", "--answer", ANSWER)
        settled = json.loads(await self.runs("resolve", group["name"], *how, "--by", WRITER))
        file = self.folder / "drafts.md"
        await self.runs("export", str(file), "--status", "draft")
        more = "\n".join(f"- {wording}" for wording in (question, *WORDINGS))
        file.write_text(file.read_text("utf-8").replace(f"- {question}", more), "utf-8")
        await self.runs("import", str(file), "--by", WRITER)
        return str(settled["slug"])


async def is_next_day(demo: Demo) -> None:
    """Move the clock that the service and the platform share."""
    async with demo.session.post(f"{demo.address}/control/clock", json={"advance": NEXT_DAY.total_seconds()}) as answer:
        assert answer.status == 200, await answer.text()


async def is_told(phone: Phone, said_before: int) -> str:
    """Wait for the account to write by itself, once, and return its words."""
    await expect(phone.bubbles).to_have_count(said_before + 1, timeout=TOLD_WITHIN)
    return await phone.bubbles.last.inner_text()


async def is_known(phone: Phone, question: str, answer: str) -> None:
    """Ask until the service has learned the answer, which takes it a moment."""
    async with asyncio.timeout(20):
        while answer not in await phone.says(question):
            pass


async def test_a_question_asked_in_vain_is_answered_next_day(tmp_path: Path, open_phone: OpenPhone) -> None:
    office = Office(tmp_path)
    async with run_demo(tmp_path) as demo:
        phone = await open_phone(demo, "王阿姨")
        await phone.follows()
        refusal = await phone.says(RIDDLE)
        assert "答不上来" in refusal
        assert "已经记下" in refusal
        slug = await office.drafts(RIDDLE)
        said_before = await phone.bubbles.count()
        await is_next_day(demo)
        assert f"是“{WRITER}”写的，要换一个人来批准" in await office.refuses("approve", slug, "--by", WRITER)
        await office.runs("approve", slug, "--by", "张主任")
        told = await is_told(phone, said_before)
        assert f"您之前问的“{RIDDLE}”，现在有答案了" in told
        assert ANSWER in told
        await is_known(phone, "小区能装自动浇花的机器吗", ANSWER)
        await phone.page.close()  # before the demo ends, so that its last words are no complaint


async def test_none_of_these_is_answered_next_day(tmp_path: Path, open_phone: OpenPhone) -> None:
    office = Office(tmp_path)
    async with run_demo(tmp_path) as demo:
        phone = await open_phone(demo, "赵大爷")
        await phone.follows()
        assert "您是不是想问" in await phone.says(VAGUE)
        assert "已经记下" in await phone.taps("都不是")
        group = await office.unanswered(VAGUE)
        assert group["nearest"] is not None
        said_before = await phone.bubbles.count()
        await is_next_day(demo)
        await office.runs("resolve", group["name"], "--as-sample", group["nearest"], "--by", WRITER)
        assert f"您之前问的“{VAGUE}”，现在有答案了" in await is_told(phone, said_before)
        assert "答不上来" not in await phone.says("谢谢")
        await phone.page.close()


async def test_a_follow_up_is_understood_from_what_went_before(phone: Phone) -> None:
    await phone.follows()
    about_rooms = await phone.says("城市书房是什么地方")
    assert "城市书房是" in about_rooms
    assert "书房开门、关门的时间" not in about_rooms
    assert "书房开门、关门的时间" in await phone.says("那几点开门呢？")


async def test_two_questions_in_one_message_are_answered_in_turn(phone: Phone) -> None:
    await phone.follows()
    answer = await phone.says("一个礼拜哪天全城大扫除？另外菜市场啥时候整修？")
    assert "星期五" in answer
    assert "农贸市场" in answer
    assert answer.index("星期五") < answer.index("农贸市场")

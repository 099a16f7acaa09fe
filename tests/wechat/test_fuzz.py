"""A short run of the fuzzer, and proof that it would notice."""

import itertools
from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.wechat.fuzz_callback import Outcome, fuzz, fuzz_here, main
from tests.wechat.mutations import Case, Mutations
from tests.wechat.pushes import Wechat


async def test_mutated_requests_give_no_5xx_and_no_traceback() -> None:
    outcome, received = await fuzz_here(seed=7, requests=1200)
    assert outcome.faults == []
    assert outcome.counts.total() == 1200
    assert received > 120  # the others are refused
    assert {status for _, status in outcome.counts} >= {"200", "400", "403", "413", "415"}
    answered = {status for (name, status) in outcome.counts if name == "untouched"}
    assert answered == {"200"}


@pytest.mark.parametrize("status", [500, 503])
async def test_a_server_that_fails_is_noticed(status: int) -> None:
    async def fail(_request: web.Request) -> web.Response:
        return web.Response(status=status)

    app = web.Application()
    app.router.add_post("/wechat", fail)
    async with TestServer(app) as server:
        outcome = await fuzz(str(server.make_url("/wechat")), Mutations(1, Wechat()), requests=40)
    assert len(outcome.faults) > 30
    assert str(status) in outcome.faults[0]


def test_the_same_seed_makes_the_same_cases() -> None:
    def cases(seed: int) -> list[tuple[str, int]]:
        made = itertools.islice(Mutations(seed, replace(Wechat())).cases(), 300)
        return [(case.name, len(case.body)) for case in made]

    assert cases(3) == cases(3)
    assert cases(3) != cases(4)


def test_a_connection_that_goes_without_an_answer_is_a_fault_unless_meant() -> None:
    outcome = Outcome()
    outcome.note(0, Case("x", "", b""), "closed")
    outcome.note(1, Case("cut off", "", b"", cut=True), "closed")
    outcome.note(2, Case("x", "", b""), "403")
    assert outcome.faults == ["request 0 (x): closed"]


def test_the_command_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--requests", "60", "--seed", "2"]) == 0
    printed = capsys.readouterr().out
    assert "all" in printed
    assert "seed 2: 0 faults in 60 requests" in printed

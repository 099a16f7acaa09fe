"""Articles: listing, importing, exporting, approving."""

import argparse
from typing import Any

import orjson

from bot.knowledge.documents.entries import place
from bot.knowledge.documents.files import read_documents, read_text, write_document
from bot.knowledge.documents.plan import Measure, find_gaps, split_plan, to_draft
from bot.knowledge.staff import Say, say
from bot.knowledge_cli.output import Call, articles_in, items, print_json
from store.articles import NewArticle


def import_start(_asked: argparse.Namespace, call: Call) -> int:
    """Bring the starting articles up to date."""
    return print_json(call("knowledge_import", {}))


def status(_asked: argparse.Namespace, call: Call) -> int:
    """Count the articles."""
    return print_json(call("knowledge_status", {}))


def show(asked: argparse.Namespace, call: Call) -> int:
    """List articles."""
    result = call("knowledge_list", {"statuses": asked.status})
    if asked.json:
        return print_json(result)
    for article in articles_in(result):
        measure = article.measure or ("" if article.ours else "-")
        print(f"{article.slug:30} {article.status:9} v{article.version:<3} {measure:>2}  {article.title}")
    return 0


def history(asked: argparse.Namespace, call: Call) -> int:
    """Tell who changed an article when."""
    return print_json(call("knowledge_history", {"slug": asked.slug}))


def take_in(asked: argparse.Namespace, call: Call) -> int:
    """Take articles from files."""
    if not asked.by and not asked.dry_run:
        raise ValueError("say who brings these texts: --by NAME, or look first: --dry-run")
    entries = read_documents(asked.path)
    new = [_plain(entry.article) for entry in entries]
    return print_json(call("knowledge_take_in", {"articles": new, "by": asked.by, "dry_run": asked.dry_run}))


def export(asked: argparse.Namespace, call: Call) -> int:
    """Write articles to a file."""
    found = articles_in(call("knowledge_list", {"statuses": asked.status}))
    write_document(asked.path, found)
    return print_json({"written": len(found), "file": str(asked.path)})


def draft_from(asked: argparse.Namespace, call: Call) -> int:
    """Begin a draft for each measure of a plan."""
    if not asked.by and not asked.dry_run:
        raise ValueError("say who begins these drafts: --by NAME, or look first: --dry-run")
    measures = split_plan(read_text(asked.path))
    drafts = {measure.number: to_draft(measure) for measure in measures}
    added = list[str]()
    if not asked.dry_run:
        result = call("knowledge_begin", {"articles": list(map(_plain, drafts.values())), "by": asked.by})
        added = list(items(result["added"]))
    for measure in measures:
        known = not asked.dry_run and drafts[measure.number].slug not in added
        print(_describe_measure(measure, drafts[measure.number], known=known))
    for number in find_gaps(measures):
        print(say(Say.PLAN_GAP, number=number))
    return print_json({"measures": len(measures), "drafts": len(added)})


def _describe_measure(measure: Measure, draft: NewArticle, *, known: bool) -> str:
    remarks = [*([say(Say.PLAN_KNOWN)] if known else []), *measure.remarks()]
    return f"{draft.slug}  {place('measure', number=measure.number)}  {draft.title}  {' '.join(remarks)}".rstrip()


def approve(asked: argparse.Namespace, call: Call) -> int:
    """Let articles be sent."""
    if bool(asked.slugs) == asked.all:
        raise ValueError("name the articles, or say --all")
    result = call("knowledge_approve", {"slugs": asked.slugs or None, "by": asked.by})
    print_json(result)
    return 1 if result.get("refused") else 0


def withdraw(asked: argparse.Namespace, call: Call) -> int:
    """Take articles out of the answers."""
    return print_json(call("knowledge_withdraw", {"slugs": asked.slugs, "by": asked.by}))


def _plain(article: NewArticle) -> Any:
    return orjson.loads(orjson.dumps(article))

"""Examining the knowledge, and the word lists beside it."""

import argparse
from collections.abc import Mapping
from dataclasses import asdict

from bot.clock import Clock
from bot.domain.checking import Examined, Grade, examine_knowledge
from bot.knowledge.findings import Thresholds
from bot.knowledge.library import read_thresholds
from bot.knowledge_cli.output import Call, articles_in, items, print_json
from bot.settings import SettingsError, read_settings
from store.articles import SAMPLE, SHIPPED_BY, NewArticle, StoredArticle
from store.start import read_articles, read_off_topic, read_synonyms, read_wordings
from store.wordings import Wording


def check(asked: argparse.Namespace, call: Call) -> int:
    """Examine the knowledge; 1 if something must be mended."""
    examined = _examine(call)
    if asked.json:
        print_json(asdict(examined))
    else:
        for finding in examined.findings:
            if asked.notes or finding.grade is not Grade.NOTE:
                print(f"{finding.grade:8} {finding.slug:30} {finding.says}")
        print(_sum_up(examined))
    return 1 if examined.count(Grade.BLOCKS) else 0


def _examine(call: Call) -> Examined:
    """Examine this place's articles, or the starting ones where nothing is set up."""
    try:
        settings = read_settings()
    except SettingsError:
        found = [_shipped(number, article) for number, article in enumerate(read_articles(), 1)]
        return examine_knowledge(
            found,
            synonyms=read_synonyms(),
            off_topic=read_off_topic(),
            rules=read_wordings(),
            thresholds=Thresholds(),
            now=Clock().now(),
        )
    groups, rules = call("synonyms_list", {})["groups"], call("wording_list", {})["wordings"]
    assert isinstance(groups, Mapping)
    return examine_knowledge(
        articles_in(call("knowledge_list", {})),
        synonyms=list(groups.values()),
        off_topic=read_off_topic(),
        rules=[Wording(**rule) for rule in items(rules)],
        thresholds=read_thresholds(settings),
        now=Clock(settings.clock_offset_file).now(),
    )


def _sum_up(examined: Examined) -> str:
    grades = ", ".join(f"{grade}: {examined.count(grade)}" for grade in Grade)
    samples = f"{examined.articles} articles, {examined.samples} sample questions"
    return f"{samples}; self-test {examined.self_test:.3f}; {grades} (--notes shows these)"


def _shipped(number: int, new: NewArticle) -> StoredArticle:
    words = {name: getattr(new, name) for name in NewArticle.__slots__}
    return StoredArticle(id=number, version=1, status=SAMPLE, editor=SHIPPED_BY, approver=None, **words)


def synonyms(asked: argparse.Namespace, call: Call) -> int:
    """Show or change the groups of words."""
    match asked.what:
        case "list":
            return print_json(call("synonyms_list", {}))
        case "add":
            return print_json(call("synonyms_add", {"words": asked.words, "by": asked.by}))
        case _:
            return print_json(call("synonyms_remove", {"number": asked.number}))


def wording(asked: argparse.Namespace, call: Call) -> int:
    """Show or change the wordings."""
    match asked.what:
        case "list":
            return print_json(call("wording_list", {}))
        case "add":
            rule = {"phrase": asked.phrase, "kind": asked.kind, "blocks": asked.blocks, "advice": asked.advice}
            return print_json(call("wording_add", {**rule, "by": asked.by}))
        case _:
            return print_json(call("wording_remove", {"phrase": asked.phrase}))

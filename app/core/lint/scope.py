"""For whom rules are: two that look for the same, blocks that their requests cannot have, blocks that nobody reads."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from app.core.agreement import BLOCK
from app.core.codes.behaviour import OTHER_TEMPLATES, SHADOWED, UNREAD_BLOCK
from app.core.condition import Condition
from app.core.lint.book import Book, leaves
from app.core.problem import Problem
from app.core.rule import Rule
from app.core.sections import heading_key
from app.core.template import BlockSpec, Template

WORDS_ONLY = frozenset({"clock", "says", "nobody"})  # what a check says, not what it looks for


def shadow_faults(book: Book) -> Iterator[Problem]:
    """Rules that look for the same, on requests that another one looks at already."""
    alike: dict[str, list[Rule]] = defaultdict(list)
    for rule in book.ruleset.rules:
        check = {
            k: v for k, v in book.ruleset.documents[rule.id].data["check"].items() if k not in WORDS_ONLY
        }
        alike[json.dumps(check, sort_keys=True, default=str)].append(rule)
    for rules in alike.values():
        for n, rule in enumerate(rules):
            covering = (
                o
                for i, o in enumerate(rules)
                if i != n and _covers(o, rule) and (i < n or not _covers(rule, o))
            )
            if other := next(covering, None):
                message = f"{other.id} looks for the same on the same requests; make one rule of the two"
                yield book.at_rule(rule.id, ("check",), message, SHADOWED)


def _covers(one: Rule, other: Rule) -> bool:
    """Whether the one looks at each request that the other looks at."""
    return (
        (
            not one.applies_to.boards
            or (bool(other.applies_to.boards) and {*other.applies_to.boards} <= {*one.applies_to.boards})
        )
        and (
            not one.applies_to.templates
            or (
                bool(other.applies_to.templates)
                and {*other.applies_to.templates} <= {*one.applies_to.templates}
            )
        )
        and all(one.applies_to.where.get(b) == other.applies_to.where.get(b) for b in one.applies_to.where)
    )


def template_faults(book: Book, rule: Rule) -> Iterator[Problem]:
    """Blocks that the rule must find something in, and that none of its templates has."""
    names = rule.applies_to.templates
    keys = {block.key for name in names for block in book.ruleset.templates[name].file.blocks}
    for heading in _needed(rule) if names else ():
        if heading_key(heading) not in keys:
            message = f'no template of this rule has the block "{heading}"; name the templates that have it'
            yield book.at_text(rule.id, heading, message, OTHER_TEMPLATES)


def _needed(rule: Rule) -> list[str]:
    check = rule.check
    when: list[Condition] = getattr(check, "when", None) or []
    blocks = [condition.block for condition in when if isinstance(condition, Condition)]
    blocks += [check.block] if check.kind in ("threshold", "lead_time", "meeting") else []
    return list(dict.fromkeys(block for block in blocks if block))


def block_faults(book: Book) -> Iterator[Problem]:
    """Blocks that are only asked for later, and of which nothing ever speaks."""
    later = [
        (name, i, block)
        for name, template in book.ruleset.templates.items()
        for i, block in enumerate(template.file.blocks)
        if block.severity == "later" and not block.keys & {*_inside(template), heading_key(BLOCK)}
    ]
    spoken = _spoken(book) if later else frozenset()
    discoveries = {rule.check.discovery for rule in book.ruleset.rules if rule.check.kind == "moves"}
    for name, i, block in later:
        if not block.keys & spoken and name not in discoveries:
            message = (
                f'nothing ever reads "{block.heading}"; have a rule or a board ask for it, or leave it out'
            )
            yield book.templates[name].problem(("blocks", i, "heading"), message, UNREAD_BLOCK)


def _spoken(book: Book) -> frozenset[str]:
    """The keys of all that rules and boards name and that may be a heading."""
    documents: list[Any] = [d.data for d in (*book.ruleset.documents.values(), *book.boards.values())]
    return frozenset(heading_key(said) for data in documents for said in _texts(data))


def _texts(data: Any) -> Iterator[str]:
    """Every text in a document that may be a heading, keys included."""
    for path, said in leaves(data):
        yield from (part for part in (*path, said) if isinstance(part, str) and len(part) < 200)


def _inside(template: Template) -> set[str]:
    """The blocks of which the template itself speaks."""
    blocks: list[BlockSpec] = template.file.blocks
    named = [condition.block for block in blocks for condition in block.when]
    named += [block.also_in for block in blocks]
    named += [heading for one in template.file.one_of for heading in one.blocks]
    return {heading_key(heading) for heading in named if heading}

"""Rules as descriptions of what they read and write: of the check, and of what stands around it."""

from collections.abc import Mapping
from dataclasses import replace

from app.core.effects import Effects, Fact, HasEffects, Way, all_of, label
from app.core.rule import Rule
from app.core.ruleset import Ruleset
from app.core.sections import heading_key
from app.core.template import Template
from app.core.validators import Choice


def effects_of(rule: Rule) -> Effects:
    """What the rule reads and writes, wherever it is. What it does once for each cause, and leaves to people then, gets
    in nobody's way."""
    check = rule.check
    found = check.effects() if isinstance(check, HasEffects) else Effects()
    repairs = found.repairs if rule.while_failing.repair and found.repairs else frozenset()
    return replace(
        found,
        holds=found.holds | {label(name) for name in rule.owns},
        sets=found.sets | repairs,
        notes=found.notes
        or bool(rule.summonses())
        or bool(rule.does and (rule.does.note or rule.does.issue)),
        tells=bool(rule.while_failing.status or rule.while_failing.advice),
    )


def described(ruleset: Ruleset) -> dict[str, dict[str, Effects]]:
    """What each rule reads and writes, by its board and its id: what is asked of requests of that board included."""
    single = _single(ruleset.templates)
    everywhere = {rule.id: _told(effects_of(rule), single) for rule in ruleset.rules}
    found: dict[str, dict[str, Effects]] = {}
    for board in ruleset.boards:
        here = [
            rule for rule in ruleset.rules if not rule.applies_to.boards or board in rule.applies_to.boards
        ]
        found[board] = {rule.id: _there(rule, board, everywhere[rule.id], single) for rule in here}
    return found


def _there(rule: Rule, board: str, effects: Effects, single: frozenset[str]) -> Effects:
    where = rule.applies_to.where.get(board)
    return effects.only_where(_way(all_of(where), single)) if where else effects


def _told(effects: Effects, single: frozenset[str]) -> Effects:
    return replace(effects, ways=tuple(_way(way, single) for way in effects.ways))


def _way(way: Way, single: frozenset[str]) -> Way:
    """The facts, those known as such of which a request can fulfil one at most."""
    return frozenset(
        _one_choice(fact) if fact.about == "says" and fact.name in single else fact for fact in way
    )


def _one_choice(fact: Fact) -> Fact:
    return fact._replace(about="is")


def _single(templates: Mapping[str, Template]) -> frozenset[str]:
    """The keys of blocks in which no template allows more than one choice."""
    many: set[str] = set()
    known: set[str] = set()
    for template in templates.values():
        for block in template.file.blocks:
            for choice in block.accepts:
                if isinstance(choice, Choice):
                    (many if choice.many else known).add(heading_key(block.heading))
    return frozenset(known - many)

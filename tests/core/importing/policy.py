"""Policies of one rule for the tests: written as YAML, mapped, and looked at."""

from dataclasses import replace
from textwrap import indent

from app.core.importing.mapping import Import, Imported, imported
from app.core.importing.source import read
from app.core.ruleset import Ruleset


def bare(ruleset: Ruleset) -> Ruleset:
    """The boards with no rules yet."""
    return replace(ruleset, rules=(), documents={})


def brought(text: str, ruleset: Ruleset) -> Import:
    """What comes of a whole file."""
    return imported(read(text, "policies.yml"), bare(ruleset), "us-east")


def one(conditions: str, actions: str, ruleset: Ruleset) -> Imported:
    """What comes of one rule of issues; its conditions begin on line 6, one on each."""
    parts = ["resource_rules:", "  issues:", "    rules:", "      - name: It", "        conditions:"]
    parts += [indent(conditions, " " * 10), "        actions:", indent(actions, " " * 10)]
    return brought("\n".join(parts) + "\n", ruleset).rules[0]

"""`docs/rule-codes.md`, written from the codes themselves."""

from itertools import groupby

from app.core.codes import CODES, Code

HEAD = """# What `triage rules check` finds

This page is written by `triage rules codes --write docs/rule-codes.md`; CI checks that it is up to date. One code
alone: `triage rules explain-code TRI044`.

An *error* is refused when rules are loaded: `triage rules check` exits with 2, and a running service keeps its last
good rules. A *warning* is a mistake in all likelihood, and nothing is refused for it: the command exits with 1 where it
was called with `--fail-level warning`. TRI080 and up come from `--online`, which reads GitLab and exits with 1 for what
it finds there.
"""
RULES = "What rules do"
PARTS = {"0": "Files and values", "1": "Files and values", "2": "Names and people", "3": "Names and people"}
PARTS |= {
    "4": "What rules do",
    "5": "What rules do",
    "6": "What rules do",
    "7": "Examples",
    "8": "Compared with GitLab",
}


def page() -> str:
    """The whole page: a table, then each code with its examples."""
    parts = [HEAD, _table()]
    for title, codes in groupby(CODES.values(), key=lambda code: PARTS[code.id[-2]]):
        parts += [f"## {title}\n", *map(_entry, codes)]
    return "\n".join(parts)


def _table() -> str:
    lines = ["| code | | what |", "|---|---|---|"]
    lines += [
        f"| [{code.id}](#{code.id.lower()}) | {code.severity} | {code.title} |" for code in CODES.values()
    ]
    return "\n".join([*lines, ""])


def _entry(code: Code) -> str:
    title = code.title[0].upper() + code.title[1:]
    examples = [
        f"{word}:\n\n```yaml\n{text}\n```\n" for word, text in (("Bad", code.bad), ("Good", code.good))
    ]
    return "\n".join([f"### {code.id}\n", f"{title} ({code.severity}). {code.why}\n", *examples])

"""`rules/README.md`, written from the rules themselves: what each does, and a picture of how cards move."""

from app.core.checks.moves import Moves, MoveSpec
from app.core.rule import Rule
from app.core.ruleset import Ruleset

HEAD = """# Rules

This page is written by `triage rules page` from the files beside it; CI checks that it is up to date. Each rule is
one file: which check, for which boards, what holds while it fails, and examples that run as tests. `texts/` holds the
words of the status note and of the bot's answers, `boards/` and `calendars/` the boards, `labels.yaml` what the
labels mean, `quarters.yaml` when the quarters of the fiscal year begin.

Editors complete and explain keys by `schema.json` (rules) and `schemas/` (all other files), which `triage rules schema
--write` writes. For the YAML language server that is, in the settings of the editor:

```json
"yaml.schemas": {
  "rules/schema.json": ["rules/*.yaml", "!rules/labels.yaml", "!rules/quarters.yaml"],
  "rules/schemas/board.json": "rules/boards/*.yaml",
  "rules/schemas/calendar.json": "rules/calendars/*.yaml",
  "rules/schemas/labels.json": "rules/labels.yaml",
  "rules/schemas/quarters.json": "rules/quarters.yaml",
  "rules/schemas/answers.json": "rules/texts/answers.yaml",
  "rules/schemas/template.json": "issue_templates/*.yaml"
}
```

What `triage rules check` finds is told in [docs/rule-codes.md](../docs/rule-codes.md).
"""
NEEDS = {
    "complete": "complete",
    "discovery": "discovery answered",
    "agreements": "SA, sales and customer agree",
}
WHO = {"sa": "SAs", "requester": "requester", "bystander": "anybody"}


def page(ruleset: Ruleset) -> str:
    """The whole page, Markdown with a Mermaid picture for each table of moves."""
    parts = [HEAD, "## What each rule does\n", _table(ruleset)]
    for rule in ruleset.rules:
        if isinstance(rule.check, Moves):
            parts += [f"## How cards move: `{rule.id}`\n", _moves(rule, rule.check, ruleset)]
    return "\n".join(parts)


def _table(ruleset: Ruleset) -> str:
    lines = ["| rule | when it is kept | boards | while it fails |", "|---|---|---|---|"]
    for rule in ruleset.rules:
        lines.append(
            f"| [`{rule.id}`]({rule.id}.yaml) | {_cell(rule.summary)} | {_where(rule)} | {_does(rule)} |"
        )
    return "\n".join([*lines, ""])


def _where(rule: Rule) -> str:
    """The boards, and the templates where it is only for some."""
    boards = ", ".join(_board(name, rule) for name in rule.applies_to.boards) or "all"
    templates = " and ".join(f"`{name}`" for name in rule.applies_to.templates)
    return f"{boards}; only {templates}" if templates else boards


def _board(name: str, rule: Rule) -> str:
    """The board, with what a request must say there to be one for the rule."""
    where = " and ".join(str(condition) for condition in rule.applies_to.where.get(name, []))
    return f"{name} (where {where})" if where else name


def _does(rule: Rule) -> str:
    """What holds while the rule fails, in a few words."""
    spec = rule.while_failing
    found = _steps(rule)
    found += [f"puts `{label}` on" for label in spec.labels]
    found += ["asks in the status note"] if spec.status else []
    found += ["advises in the status note"] if spec.advice else []
    if spec.summon:
        found.append(
            f"calls {' and '.join(spec.summon.who)} once" + (", where asked to" if rule.manner else "")
        )
    if spec.repair:
        found.append("repairs it" + (", where asked to" if rule.manner else ""))
    if rule.does:
        found.append(f"once {', '.join(rule.does.told())}")
    if rule.exception:
        found.append(f"except when one comment mentions {' and '.join(rule.exception.mentions)}")
    return _cell("; ".join(found) or "is reported")


def _steps(rule: Rule) -> list[str]:
    """The steps of the rule's clock: `at 80% puts sla::at-risk on and calls assignees`."""
    found = []
    for step in rule.check.ladder if rule.check.kind == "sla" else ():
        does = [f"puts `{label}` on" for label in step.labels]
        does += [f"calls {' and '.join(step.summon.who)} once"] if step.summon else []
        found += [f"{'at ' if step.at.side == 'share' else ''}{step.at} {' and '.join(does)}"] if does else []
    return found


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _moves(rule: Rule, check: Moves, ruleset: Ruleset) -> str:
    names = ["Open", *ruleset.labels.state, "Closed"]
    ids = {name: f"s{n}" for n, name in enumerate(names)}
    lines = ["```mermaid", "flowchart LR"]
    lines += [f'    {id_}(["{name}"])' for name, id_ in ids.items()]
    for spec in check.expected:
        sources = " & ".join(ids[name] for name in spec.from_)
        targets = " & ".join(ids[name] for name in spec.to)
        lines.append(f"    {sources} {_arrow(spec)} {targets}")
    manner = (rule.manner or "put_back").replace("_", " ")
    others = {b.id: m for b in ruleset.boards.values() if (m := b.file.manners.get(rule.id))}
    said = "".join(f" {name}: {m.replace('_', ' ')}." for name, m in others.items())
    after = (
        f"Any other move: {manner}.{said} A board says otherwise with `manners: {{{rule.id}: ask}}` (advise, ask or "
        "put_back) in its file. What the requester's answer brings back, a move to another board and a closing as a "
        "duplicate are always fine."
    )
    return "\n".join([*lines, "```", "", after, ""])


def _arrow(spec: MoveSpec) -> str:
    """The arrow with who may, unless it is the SAs, and what is needed."""
    said = [" or ".join(WHO[who] for who in spec.by)] if spec.by != ["sa"] else []
    said += [NEEDS[need] for need in spec.needs]
    return f'-- "{", ".join(said)}" -->' if said else "-->"

"""The status note: one per issue, edited in place, the same text for the same facts whenever it is written."""

from dataclasses import dataclass

from app.core.answers import Gap
from app.core.facts import Facts, Result
from app.core.keys import STATUS, marked
from app.core.rule import Rule
from app.core.template import LIKENESS_NEEDED
from app.core.text import first_name, quote, without_commands
from app.core.waiver import Waiver

ALL_SET = "All set: nothing is missing from your request."
NOTHING_OPEN = "Nothing is asked of you now."
CLOSED = "This request is closed; nothing more is asked here."
EDIT_ABOVE = (
    "Edit the description above, each under its heading. I check again by myself, there is no need to reply."
)
FOOTER = (
    "<sub>I am the bot of the {board} board, and I keep this one comment up to date. "
    "An SA can silence me here with the label `{off}`.</sub>"
)
NO_TEMPLATE = (
    "Your request follows no template. Edit it, choose `{template}` above the description, and fill in what is listed "
    "here. I check again by myself, there is no need to reply."
)
RECOMMENDED = "It would help to know this too"
ADVICE = "If you have it at hand"
UNDERSTOOD = "<details><summary>What I read in your request</summary>"


@dataclass(frozen=True)
class Said:
    """What one rule has to say in the status note: a request, or a line that asks nothing."""

    rule: Rule
    result: Result
    failing: bool
    waiver: Waiver | None = None

    @property
    def waived(self) -> Waiver | None:
        """The waiver, where the rule would have fired without it."""
        return self.waiver if self.result.failing else None


def asks(said: list[Said]) -> bool:
    """Whether the note would ask anybody for anything: only then is one written where there was none."""
    return any(s.result.asks or (s.failing and s.rule.while_failing.status) for s in said)


def status_body(facts: Facts, said: list[Said]) -> str:
    """The whole note, with its key. Nothing in it depends on the present instant but what rules found."""
    hello = f"Hi {first_name(facts.issue.author.name, facts.issue.author.username)}"
    footer = FOOTER.format(board=facts.board.name, off=facts.labels.off)
    if facts.issue.state == "closed":
        parts = [f"{hello}. {CLOSED}"]
    else:
        requests = [s for s in said if s.failing and s.rule.while_failing.status]
        parts = [f"{hello}, thanks for your request. {_opening(said, requests)}".rstrip()]
        parts += [block for s in requests for block in _request(s, facts)]
        found = [gap for s in said for gap in s.result.gaps if not s.waived]
        lacking = any(gap.severity == "required" for gap in found)
        parts += _beside(found)
        parts += [_allowed(s.rule, s.waived) for s in said if s.waived]
        parts += [s.result.says for s in said if s.result.says and not s.waived]
        if not lacking:  # first things first: the list of what is missing stands alone
            parts += _understood([pair for s in said for pair in s.result.understood])
    return marked(STATUS, facts.issue.ref, without_commands("\n\n".join([*parts, footer])))


def _opening(said: list[Said], requests: list[Said]) -> str:
    if requests:
        return ""
    whole = any(s.result.understood and not s.result.failing for s in said)
    return ALL_SET if whole else NOTHING_OPEN


def _allowed(rule: Rule, waiver: Waiver) -> str:
    return f"The rule `{rule.id}` is let pass here by {quote(waiver.by)}: {quote(waiver.because, 200)}"


def _request(said: Said, facts: Facts) -> list[str]:
    text = said.rule.while_failing.status.strip().format_map(said.result.values).strip()
    required = [gap for gap in said.result.gaps if gap.severity == "required"]
    if not required:
        return [text]
    follows = facts.match.likeness >= LIKENESS_NEEDED
    how = EDIT_ABOVE if follows else NO_TEMPLATE.format(template=facts.match.template.name)
    return [text, "\n".join(f"- [ ] {_gap(gap)}" for gap in required), how]


def _beside(gaps: list[Gap]) -> list[str]:
    """What would help too, and is not asked for by itself, folded away."""
    found: list[str] = []
    for title, severity in ((RECOMMENDED, "recommended"), (ADVICE, "advice")):
        lines = [f"- {_gap(gap)}" for gap in gaps if gap.severity == severity]
        if lines:
            found += [f"<details><summary>{title}</summary>", "\n".join(lines), "</details>"]
    return found


def _gap(gap: Gap) -> str:
    """One gap with one example: what to write, or what is wrong with what was written."""
    return f"**{gap.title}**: {gap.problem or gap.ask}. For example {quote(gap.example, 200)}"


def _understood(pairs: list[tuple[str, str]]) -> list[str]:
    if not pairs:
        return []
    lines = [f"- {title}: {quote(text)}" for title, text in pairs]
    return [UNDERSTOOD, "\n".join(lines), "</details>"]

"""A rule's examples, played: what fails, what is not covered, what a rule does again once its plan was carried out."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from app.core.after import after
from app.core.checks.sla import Sla
from app.core.clock_shape import Clock
from app.core.codes.behaviour import BESIDE_THE_POINT, NEVER_SETTLES, ONE_SIDED, SAME_NAME, UNTESTED_STEP
from app.core.document import Document
from app.core.evaluate import evaluate
from app.core.example import Played, by_the_cast, failure, play
from app.core.model import Issue
from app.core.plan import Action, Plan, Summon
from app.core.problem import Problem, Unsettled
from app.core.rule import Rule
from app.core.ruleset import Ruleset

LATER = tuple(map(timedelta, (0, 1, 3, 8, 30, 90)))  # days after the plan was carried out


def example_faults(ruleset: Ruleset, rules: Iterable[Rule]) -> Iterator[Problem]:
    """What the examples of the rules show to be wrong."""
    cast = by_the_cast(ruleset)
    for rule in rules:
        yield from _of_rule(cast, rule, ruleset.documents[rule.id])


def _of_rule(cast: Ruleset, rule: Rule, document: Document) -> Iterator[Problem]:
    played: list[tuple[int, Played]] = []
    for i in range(len(rule.examples)):
        one = play(cast, rule, i, document)
        if isinstance(one, Problem):
            yield one
        else:
            played.append((i, one))
            if wrong := failure(one, rule, i, document):
                yield wrong
    yield from _settling(played, rule, document)
    if len(played) == len(rule.examples):
        yield from _coverage([one for _, one in played], rule, document)
    names = Counter(example.name for example in rule.examples)
    for i, example in enumerate(rule.examples):
        if names[example.name] > 1 and any(e.name == example.name for e in rule.examples[:i]):
            message = f'another example has the name "{example.name}"; say what is different in this one'
            yield document.problem(("examples", i, "name"), message, SAME_NAME)


def _settling(played: list[tuple[int, Played]], rule: Rule, document: Document) -> Iterator[Problem]:
    """The first example after whose plan the rule acts again. Days later are looked at after the first that acts."""
    acting = [(i, one) for i, one in played if any(a.rule == rule.id for a in one.plan.actions)]
    # That its own act begins the time anew is told of each such rule: TRI062.
    anew = rule.check.kind == "condition" and "updated_at" in rule.check.counts_from
    for n, (i, one) in enumerate(acting):
        later = LATER if n == 0 and not anew else LATER[:1]
        if again := unsettled(one.issue, one.plan, one.ruleset, rule.id, later):
            message = f'after the plan of "{one.example.name}" it acts again: {again}; have it end what it looks for'
            yield document.problem(("examples", i), message, NEVER_SETTLES)
            return


def unsettled(
    issue: Issue, plan: Plan, ruleset: Ruleset, rule: str, later: Iterable[timedelta] = LATER
) -> str:
    """What the rule does again although the plan was carried out and nobody did anything; empty when nothing is.

    At once nothing may follow. Later a clock's next step may come, but no call or label a second time.
    """
    done = [_named(a) for a in plan.actions if a.rule == rule]
    issue = _carried_out(issue, plan.actions, plan.at)
    for wait in later:
        now = plan.at + wait
        try:
            next_plan = evaluate(issue, ruleset, now)
        except Unsettled as error:
            return str(error)
        new = [_named(a) for a in next_plan.actions if a.rule == rule]
        if new and not wait:
            return f"{new[0]} at once"
        if repeated := next((name for name in new if name in done and name[0] != "-"), ""):
            return f"{repeated} {wait.days} days later"
        done += new
        issue = _carried_out(issue, next_plan.actions, now)
    return ""


def _carried_out(issue: Issue, actions: Iterable[Action], at: datetime) -> Issue:
    for action in actions:
        issue = after(issue, action, at)
    return issue


def _named(action: Action) -> str:
    """The action by what people see of it: of a call whom it calls for what, not since when."""
    return str(action).rpartition("/")[0] if isinstance(action, Summon) else str(action)


def _coverage(played: list[Played], rule: Rule, document: Document) -> Iterator[Problem]:
    finding = [one for one in played if one.example.expect]
    silent = [one for one in played if not one.example.expect]
    if not (finding and silent):
        message = f"no example expects {'anything' if not finding else 'nothing'}; add one"
        yield document.problem(("examples",), message, ONE_SIDED)
    verdicts = {o.verdict for one in silent for o in one.plan.outcomes if o.rule == rule.id}
    if verdicts == {"not for this issue"}:
        message = (
            "in every example that expects nothing the rule is not for the issue; add one that it lets pass"
        )
        yield document.problem(("examples",), message, BESIDE_THE_POINT)
    if isinstance(rule.check, Sla):
        yield from _steps(played, rule, rule.check, document)


def _in_force(clock: Clock, late: set[str]) -> set[str]:
    """The steps of an open clock that mean something now: before it is due the last one, from then on the late ones."""
    if not clock.open or not clock.steps:
        return set()
    if clock.state == "breached":
        return {name for name, _ in clock.steps} & late
    return {name for name, at in clock.steps if at == clock.steps[-1][1]}


def _steps(played: list[Played], rule: Rule, check: Sla, document: Document) -> Iterator[Problem]:
    told = [o for one in played for o in one.plan.outcomes if o.rule == rule.id]
    late = {str(step.at) for step in check.ladder if step.at.side == "after"}
    reached = {name for outcome in told for clock in outcome.clocks for name in _in_force(clock, late)}
    for i, step in enumerate(check.ladder):
        if str(step.at) not in reached:
            message = f'no example reaches the step "{step.at}"; add one'
            yield document.problem(("check", "ladder", i, "at"), message, UNTESTED_STEP)

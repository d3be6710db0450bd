"""From what a project holds to what the rules want: the steps, and what is left as it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.core.labels_file import Look
from app.core.setup.comparing import EVENTS, events_off, told_address
from app.core.setup.files import plan_files
from app.core.setup.labels import plan_boards, plan_labels
from app.core.setup.marks import HOOK, SCHEDULE, VARIABLE
from app.core.setup.seen import SeenHook, SeenPipeline, SeenProject
from app.core.setup.steps import Left, Plan, PutHook, PutSchedule, PutVariable, Step

CRON = "17 * * * *"
FREE = (
    "Group hooks are not to be had here (Premium): each project gets a hook of its own, which does the same.",
    "Scoped labels (with ::) are plain ones without Premium: the rules themselves keep one of them on at most.",
)


@dataclass(frozen=True)
class Wanted:
    """What the rules want in one board's project. `url` is where events go, empty for no hook; `overwrite` takes what
    somebody else made and that differs; `rewrite_secrets` writes the hook's secrets again, which nobody can read."""

    labels: Mapping[str, Look]
    states: tuple[str, ...]
    templates: Mapping[str, str]
    url: str = ""
    signing: bool = False
    secret: bool = False
    request: bool = False
    overwrite: bool = False
    rewrite_secrets: bool = False


@dataclass(frozen=True)
class WantedVariable:
    key: str
    value: str = field(repr=False)
    secret: bool = False


@dataclass(frozen=True)
class WantedPipeline:
    """What sweeps need in the project with the rules. Without `cron` a schedule that is there keeps its own."""

    variables: tuple[WantedVariable, ...]
    cron: str = ""
    zone: str = "UTC"
    overwrite: bool = False


def plan_project(wanted: Wanted, seen: SeenProject) -> Plan:
    """What makes the project as the rules want it."""
    if seen.problem:
        return Plan(left=(Left(seen.path, seen.problem, seen.remedy),))
    labels = plan_labels(wanted.labels, seen, overwrite=wanted.overwrite)
    boards = plan_boards(wanted.states, seen, labels, overwrite=wanted.overwrite)
    files = plan_files(wanted.templates, seen, request=wanted.request, overwrite=wanted.overwrite)
    notes = FREE if seen.premium is False else ()
    return labels + boards + files + _plan(_hook(wanted, seen)) + Plan(notes=notes)


def _plan(found: Iterator[Step | Left]) -> Plan:
    each = list(found)
    return Plan(
        tuple(s for s in each if not isinstance(s, Left)), tuple(x for x in each if isinstance(x, Left))
    )


def _hook(wanted: Wanted, seen: SeenProject) -> Iterator[Step | Left]:
    path = seen.path
    if not wanted.url:
        yield Left(path, "no webhook was looked at", "say --url https://your-host, or set TRIAGE_PUBLIC_URL")
        return
    if wanted.url in seen.group_hooks:
        return
    if seen.hooks is None:
        said = "the token may not see or make webhooks: that needs the Maintainer role (40)"
        yield Left(path, said, "put a Maintainer's token into TRIAGE_SETUP_TOKEN, or make the hook by hand")
        return
    ours = [hook for hook in seen.hooks if hook.name == HOOK]
    there = ours or [hook for hook in seen.hooks if hook.url == wanted.url]
    if not there:
        yield PutHook(path, wanted.url, HOOK, tuple(EVENTS))
        return
    hook = next((each for each in there if not _differs(wanted, each)), there[0])
    why = _differs(wanted, hook)
    if why and (ours or wanted.overwrite):
        yield PutHook(path, wanted.url, HOOK if ours else "", tuple(EVENTS), hook.id, why)
    elif why:
        yield Left(
            path,
            f"somebody else's webhook to {told_address(hook.url)}: {why}",
            "mend it there, or say --overwrite",
        )


def _differs(wanted: Wanted, hook: SeenHook) -> str:
    said = [f"it sends to {told_address(hook.url)}"] if hook.url != wanted.url else []
    if off := events_off(hook.on):
        said.append(f"it is not told of {', '.join(EVENTS[flag] for flag in off)}")
    if wanted.secret and not hook.secret:
        said.append("it has no secret token")
    if wanted.signing and not hook.signing:
        said.append("it has no signing token")
    if not said and wanted.rewrite_secrets:
        said.append("its secrets are written again")
    return "; ".join(said)


def plan_pipeline(wanted: WantedPipeline, seen: SeenPipeline) -> Plan:
    """What makes the project with the rules sweep the boards."""
    if seen.problem:
        return Plan(left=(Left(seen.path, seen.problem, seen.remedy),))
    return _plan(_variables(wanted, seen)) + _plan(_schedule(wanted, seen))


def _variables(wanted: WantedPipeline, seen: SeenPipeline) -> Iterator[Step | Left]:
    if seen.variables is None:
        said = "the token may not see or set CI variables: that needs the Maintainer role (40)"
        yield Left(seen.path, said, "put a Maintainer's token into TRIAGE_SETUP_TOKEN, or set them by hand")
        return
    there = {variable.key: variable for variable in seen.variables}
    for each in wanted.variables:
        found = there.get(each.key)
        step = PutVariable(seen.path, each.key, each.value, VARIABLE, each.secret, each.secret, bool(found))
        if found is None:
            yield step
        elif found.value in (None, each.value):
            continue
        elif found.description == VARIABLE:
            yield step
        elif wanted.overwrite:
            yield PutVariable(
                seen.path, each.key, each.value, found.description, found.protected, found.masked, True
            )
        else:
            yield Left(seen.path, f"CI variable {each.key} is another one", "mend it, or say --overwrite")
    if not seen.branch.protected and seen.branch.name and any(each.secret for each in wanted.variables):
        said = f"the branch {seen.branch.name} is not protected: its pipelines do not get protected variables"
        yield Left(seen.path, said, "protect it (Settings, Repository, Protected branches)")


def _schedule(wanted: WantedPipeline, seen: SeenPipeline) -> Iterator[Step | Left]:
    path, branch = seen.path, seen.branch.name
    if seen.schedules is None:
        said = "the token may not see or make pipeline schedules: that needs the Developer role (30)"
        yield Left(path, said, "put a Maintainer's token into TRIAGE_SETUP_TOKEN, or make one by hand")
        return
    if not branch:
        remedy = "push what `triage init` wrote to it, and run setup again"
        yield Left(path, "it is empty: there is nothing that a schedule could run", remedy)
        return
    if not seen.pipeline:
        yield Left(
            path, "it has no .gitlab-ci.yml: a schedule would run nothing", "push what `triage init` wrote"
        )
    ours = [schedule for schedule in seen.schedules if schedule.description == SCHEDULE]
    if not ours:
        yield PutSchedule(path, SCHEDULE, branch, wanted.cron or CRON, wanted.zone)
        return
    found = ours[0]
    if not found.active:
        yield Left(path, "the pipeline schedule is switched off", "switch it on again if that was not meant")
    as_told = not wanted.cron or (found.cron, found.zone) == (wanted.cron, wanted.zone)
    if found.ref != branch or not as_told:
        cron, zone = (wanted.cron, wanted.zone) if wanted.cron else (found.cron, found.zone)
        yield PutSchedule(path, SCHEDULE, branch, cron, zone, found.id)

"""`triage setup`: reads GitLab, has the steps decided, does them. What a dry run prints is what is done."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit

from app.core.board import Board
from app.core.ruleset import Ruleset
from app.core.setup import Left, Plan, Step, plan_pipeline, plan_project, removal, removal_of_pipeline
from app.core.setup.comparing import wanted_labels
from app.core.setup.plan import Wanted, WantedPipeline, WantedVariable
from app.core.setup.steps import as_dict
from app.errors import ConfigError, Refused, Unavailable
from app.gitlab.client import GitLab
from app.gitlab.hooks import PATH
from app.gitlab.setup_apply import Secrets, SetupApply
from app.gitlab.setup_look import SetupLook
from app.rulebook import load
from app.settings import Settings, SetupSettings
from app.sweep import choose_boards
from app.tools import line_of


@dataclass(frozen=True)
class Asked:
    """What the command line says."""

    boards: tuple[str, ...] = ()
    url: str = ""
    pipeline: str = ""
    cron: str = ""
    zone: str = "UTC"
    request: bool = False
    remove: bool = False
    used_labels: bool = False
    overwrite: bool = False
    rewrite_secrets: bool = False
    dry_run: bool = False


@dataclass(frozen=True)
class Done:
    """A step that was tried: `error` is empty where it is done, `said` what is left to do about it."""

    step: Step
    said: str = ""
    error: str = ""


@dataclass
class SetUp:
    """The plan and what came of it. `broken_off` says why it ended before its end."""

    plan: Plan
    applied: bool = False
    done: list[Done] = field(default_factory=list)
    broken_off: str = ""

    @property
    def failed(self) -> bool:
        return any(each.error for each in self.done)

    def as_dict(self) -> dict[str, Any]:
        """As JSON takes it."""
        outcomes = {id(each.step): each for each in self.done}
        steps = []
        for step in self.plan.steps:
            row, outcome = as_dict(step), outcomes.get(id(step))
            if outcome:
                row |= {"done": not outcome.error, "said": outcome.error or outcome.said}
            steps.append(row)
        return {
            "applied": self.applied,
            "complete": not self.broken_off,
            "steps": steps,
            "left": [asdict(each) for each in self.plan.left],
            "notes": list(self.plan.notes),
        }


Confirm = Callable[[Plan], bool]


def set_up(asked: Asked, settings: SetupSettings, confirm: Confirm) -> SetUp:
    """Plans, and does it unless it is a dry run or `confirm` says no.

    Errors: ConfigError; Unavailable and Unauthorized while it is planned.
    """
    ruleset = load(settings.rules)
    token = (settings.setup_token or settings.gitlab_token).get_secret_value()
    gitlab = GitLab(settings.gitlab_url, token, settings.bot_users, line_of(settings))
    try:
        plan = planned(asked, settings, ruleset, SetupLook(gitlab.calls))
        found = SetUp(plan)
        if not asked.dry_run and plan.steps and confirm(plan):
            _apply(found, SetupApply(gitlab.calls, _secrets(settings)))
        return found
    finally:
        gitlab.close()


def planned(asked: Asked, settings: SetupSettings, ruleset: Ruleset, look: SetupLook) -> Plan:
    """The whole plan: each board, then the project with the rules."""
    plan = Plan()
    url = "" if asked.remove else _address(asked.url or settings.public_url, settings)
    boards = [board for board in choose_boards(ruleset, list(asked.boards)) if not board.file.watched]
    if not boards:
        raise ConfigError(
            "no board is active and written to; say so in rules/boards/*.yaml, or run triage init"
        )
    for board in boards:
        seen = look.project(board.file.project, with_uses=asked.remove)
        if asked.remove:
            states = ruleset.labels.state
            plan += removal(seen, states, request=asked.request, used=asked.used_labels)
        else:
            plan += plan_project(_wanted(ruleset, board, url, asked, settings), seen)
    if asked.pipeline:
        rules = look.pipeline(asked.pipeline)
        if asked.remove:
            return plan + removal_of_pipeline(rules)
        wanted = WantedPipeline(_variables(settings), asked.cron, asked.zone, asked.overwrite)
        return plan + plan_pipeline(wanted, rules)
    if not asked.remove:
        said = "no pipeline schedule was looked at"
        plan += Plan(
            left=(Left("sweeps", said, "say --pipeline with the path of the project that holds the rules"),)
        )
    return plan


def _wanted(ruleset: Ruleset, board: Board, url: str, asked: Asked, settings: Settings) -> Wanted:
    labels = ruleset.labels
    return Wanted(
        labels={name: labels.look(name) for name in wanted_labels(ruleset, board)},
        states=tuple(labels.state),
        templates={name: template.text for name, template in ruleset.templates.items()},
        url=url,
        signing=settings.webhook_signing_token is not None,
        secret=settings.webhook_secret is not None,
        request=asked.request,
        overwrite=asked.overwrite,
        rewrite_secrets=asked.rewrite_secrets,
    )


def _address(url: str, settings: Settings) -> str:
    """Where hooks send events: the service's own path at that address. Errors: ConfigError."""
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
            raise ValueError
        _ = parts.port
    except ValueError:
        shown = "" if "@" in url or "?" in url else f"{url!r} "  # which may hold a secret
        raise ConfigError(
            f"--url: {shown}is no address to send events to; write it as https://triage.example.com, without more"
        ) from None
    if settings.webhook_secret is None and settings.webhook_signing_token is None:
        raise ConfigError(
            "a webhook needs a secret: set TRIAGE_WEBHOOK_SECRET or TRIAGE_WEBHOOK_SIGNING_TOKEN, "
            "the same as for triage serve"
        )
    return url.rstrip("/").removesuffix(PATH) + PATH


def _secrets(settings: Settings) -> Secrets:
    token, signing = settings.webhook_secret, settings.webhook_signing_token
    return Secrets(token.get_secret_value() if token else "", signing.get_secret_value() if signing else "")


def _variables(settings: Settings) -> tuple[WantedVariable, ...]:
    """What a sweep's job needs: the bot's token, never the one that setup itself works with."""
    found = [WantedVariable("TRIAGE_GITLAB_TOKEN", settings.gitlab_token.get_secret_value(), secret=True)]
    if settings.bot_users:
        found.append(WantedVariable("TRIAGE_BOT_USERS", ",".join(sorted(settings.bot_users))))
    return tuple(found)


def _apply(found: SetUp, apply: SetupApply) -> None:
    """Every step that can be done; what GitLab refuses is told, and the rest goes on. GitLab being down ends it: what
    is done is found done by the next run."""
    found.applied = True
    for step in found.plan.steps:
        try:
            found.done.append(Done(step, apply.do(step)))
        except Refused as error:
            found.done.append(Done(step, error=f"{error}{_hint(error)}"))
        except Unavailable as error:
            found.done.append(Done(step, error=str(error)))
            found.broken_off = str(error)
            return


def _hint(error: Refused) -> str:
    if error.status != 403:
        return ""
    return "; the token's user may not do that: put a Maintainer's token into TRIAGE_SETUP_TOKEN"

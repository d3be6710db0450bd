"""What goes on beside the looks: rules taken up when they change, who the bot is, boards gone through when nobody knows
what is due. Each in a thread of its own, which lives as long as its process."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app import memory
from app.clock import Clock
from app.core.ruleset import Ruleset
from app.errors import Refused, TriageError
from app.gitlab.client import GitLab
from app.gitlab.line import Line
from app.inbox import Inbox, forget_line, tell_line
from app.rulebook import load
from app.rules_folder import fingerprint
from app.sweep import issues_of

RELOAD_SECONDS = 2.0
ASK_AGAIN_SECONDS = 15.0
TELL_SECONDS = 5.0
NOT_ASKED, OK = "not asked yet", "ok"

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


def load_to_stay(folder: Path, *, examples: bool = True) -> Ruleset:
    """The rules, which stay from now on."""
    ruleset = load(folder, examples=examples)
    memory.settle()
    return ruleset


class Rules:
    """The last good ruleset of a folder. Once it is `kept_fresh`, a change on disk is taken up within seconds; a faulty
    one is only told."""

    def __init__(
        self, folder: Path, on_change: Callable[[], None] = lambda: None, *, examples: bool = True
    ) -> None:
        self._folder, self._examples = folder, examples
        self._ruleset = load_to_stay(folder, examples=examples)
        self._seen = fingerprint(folder)
        self._on_change = on_change
        self.error = ""

    def current(self) -> Ruleset:
        """The rules that hold now: at once, since answers wait for it."""
        return self._ruleset

    def kept_fresh(self) -> "Rules":
        """Looks for changes from now on, beside all else: loading takes seconds."""
        threading.Thread(target=self._keep_fresh, daemon=True, name="rules").start()
        return self

    def _keep_fresh(self) -> None:
        while True:
            time.sleep(RELOAD_SECONDS)
            self.refresh()

    def refresh(self) -> None:
        """Takes up what has changed; each state of the files is loaded once, be it faulty or not."""
        try:
            seen = fingerprint(self._folder)
            if seen == self._seen:
                return
            self._seen = seen
            self._ruleset, self.error = load_to_stay(self._folder, examples=self._examples), ""
            log.info("rules taken up", version=self._ruleset.version)
            self._on_change()
        except Exception as error:  # whatever is wrong with the files, the service goes on with what it has
            if self.error != str(error):
                kept = self._ruleset.version
                log.error("rules are faulty, the last good ones hold", version=kept, error=str(error))
            self.error = str(error)


class Identity:
    """Who the bot is, and whether GitLab answers: asked in the background, so that the receiver takes events although
    GitLab is down."""

    def __init__(self, gitlab: GitLab, bot_users: frozenset[str]) -> None:
        self._gitlab = gitlab
        self._bots = bot_users
        self.state = NOT_ASKED
        threading.Thread(target=self._keep_asking, daemon=True, name="identity").start()

    def bots(self) -> frozenset[str]:
        """The bot's usernames as far as they are known: those of the settings at least."""
        return self._bots

    def answered(self) -> bool | None:
        """Whether GitLab answered and took the token, the last time that it was asked; None before the first."""
        return None if self.state == NOT_ASKED else self.state == OK

    def _keep_asking(self) -> None:
        while True:
            try:
                self._bots |= {self._gitlab.ask_me().username}
                self.state = OK
            except Exception as error:  # the thread must live as long as the receiver
                self.state = str(error) if isinstance(error, TriageError) else type(error).__name__
            time.sleep(ASK_AGAIN_SECONDS)


class LineWatch:
    """Tells the other processes, on the database, while calls of this one do not get through to GitLab."""

    def __init__(self, inbox: Inbox, line: Line, name: str, every: float = TELL_SECONDS) -> None:
        self._inbox, self._line, self._name, self._every = inbox, line, name, every
        self._told = False
        threading.Thread(target=self._run, daemon=True, name="line").start()

    def _run(self) -> None:
        while True:
            with suppress(SQLAlchemyError):  # then nobody can be told, and the worker's log says why
                self._tell()
            time.sleep(self._every)

    def _tell(self) -> None:
        state = self._line.state
        if state.held_up:
            tell_line(self._inbox, self._name, asdict(state))
            self._told = True
        elif self._told:
            forget_line(self._inbox, self._name)
            self._told = False


class CatchUp:
    """Puts every issue of every board into the inbox: when it is empty, since then nobody knows what is due; and when
    the rules have changed, since then another instant may be."""

    def __init__(self, folder: Path, inbox: Inbox, clock: Clock, gitlab: Callable[[], GitLab]) -> None:
        self._inbox, self._clock, self._gitlab = inbox, clock, gitlab
        self._again = threading.Event()
        self.rules = Rules(folder, on_change=self._again.set).kept_fresh()
        if inbox.stats().depth == 0:
            self._again.set()
        threading.Thread(target=self._run, daemon=True, name="catch-up").start()

    def _run(self) -> None:
        gitlab = self._gitlab()
        while True:
            self._again.wait()
            self._again.clear()
            try:
                log.info("caught up", issues=self._put_all(gitlab))
            except Exception as error:  # the thread must live as long as the worker
                log.warning("could not catch up", error=str(error), again_in=ASK_AGAIN_SECONDS)
                time.sleep(ASK_AGAIN_SECONDS)
                self._again.set()

    def _put_all(self, gitlab: GitLab) -> int:
        number = 0
        for board in self.rules.current().active_boards.values():
            try:
                for ref, _reference in issues_of(gitlab, board, self._clock.now()):
                    self._inbox.put(ref)
                    number += 1
            except Refused as error:
                log.error("a board cannot be read", board=board.id, error=str(error))
        return number

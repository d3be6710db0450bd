"""All that the doctor looks at, in the order in which it matters; what cannot be looked at is a line of its own."""

from collections.abc import Iterator

from app.doctor import place
from app.doctor.access import access
from app.doctor.boards import BoardDoctor
from app.doctor.line import Line
from app.errors import ConfigError, TriageError, Unauthorized, Unavailable
from app.rulebook import load
from app.settings import Settings
from app.sweep import choose_boards
from app.tools import gitlab_of

UNSEEN = "what stands after it was not looked at"


def examine(settings: Settings, boards: list[str], *, deliver: bool) -> Iterator[Line]:
    """The lines, as they are found. Errors: ConfigError for a board that does not exist."""
    yield from place.database(settings.database_url)
    try:
        ruleset = load(settings.rules)
    except ConfigError as error:
        for problem in error.problems:
            yield Line(
                "rules", "wrong", str(problem) if problem.file else problem.message, "triage rules check"
            )
        return
    yield from place.rules(ruleset)
    gitlab = gitlab_of(settings)
    try:
        yield from access(gitlab, settings.bot_users, system_clock=settings.clock == "system")
        for board in choose_boards(ruleset, boards):
            try:
                yield from BoardDoctor(gitlab, ruleset, board, deliver=deliver).lines()
            except (Unauthorized, Unavailable):
                raise
            except TriageError as error:
                yield Line(board.id, "unknown", str(error))
    except Unauthorized as error:
        remedy = f"set TRIAGE_GITLAB_TOKEN to one that is valid, with the scope `api`; {UNSEEN}"
        yield Line("token", "wrong", str(error).partition("; set ")[0], remedy)
    except Unavailable as error:
        remedy = f"is TRIAGE_GITLAB_URL right, and can this machine reach it? Mend that first; {UNSEEN}"
        yield Line("GitLab", "wrong", str(error), remedy)
    finally:
        gitlab.close()

"""`/livez` and `/readyz`. A receiver stays ready while GitLab is at fault: out of rotation, it would lose events."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime

from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, PlainTextResponse, Response

from app.errors import TriageError
from app.inbox import Inbox, Pause

PATHS = ("/livez", "/readyz")


def routes(inbox: Inbox, readiness: Callable[[], dict[str, object]], answers: Mapping[str, int]) -> APIRouter:
    """The probes. `readiness` says what is known of GitLab and the token, as data for JSON; it may block.
    `answers` counts what events were answered since the process started."""
    router = APIRouter()

    @router.get("/livez")
    async def livez() -> Response:
        """200 as long as the process answers."""
        return PlainTextResponse("alive\n")

    @router.get("/readyz")
    def readyz() -> Response:
        """200 while events can be stored, with what is wrong elsewhere in the body; 503 when they cannot."""
        try:
            stats, pause = inbox.stats(), inbox.paused()
        except SQLAlchemyError as error:
            return JSONResponse({"status": "unready", "database": type(error).__name__}, 503)
        known = {**_known(readiness), **_paused(pause)}
        counts = {name: _plain(value) for name, value in asdict(stats).items()}
        return JSONResponse(
            {"status": "ready", "database": "ok", "inbox": counts, "answers": dict(answers), **known}
        )

    return router


def _known(readiness: Callable[[], dict[str, object]]) -> dict[str, object]:
    try:
        return readiness()
    except TriageError as error:
        return {"gitlab": str(error)}


def _paused(pause: Pause | None) -> dict[str, object]:
    return {"paused": {"until": _plain(pause.until), "reason": pause.reason}} if pause else {}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value

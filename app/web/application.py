"""Puts the receiver together from its parts. Starts nothing, opens nothing."""

from collections.abc import Callable
from datetime import datetime

from fastapi import FastAPI, Request
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response

from app.inbox import Inbox, Intake
from app.metrics import Numbers
from app.web import health, hooks, metrics
from app.web.access import Access
from app.web.budget import BodyBudget
from app.web.description import describe

# Spans of requests, where traces are asked for at all, without those of probes; numbers and errors are told otherwise.
QUIET = (*health.PATHS, metrics.PATH)
TRACES: TelemetryConfig = {
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
    "exclude": lambda scope: scope["path"] in QUIET,
}


def create_app(
    *,
    inbox: Inbox,
    secret: bytes | None,
    signing_key: bytes | None,
    board_paths: Callable[[], frozenset[str]],
    bots: Callable[[], frozenset[str]],
    machine_now: Callable[[], datetime],
    readiness: Callable[[], dict[str, object]],
    numbers: Numbers | None = None,
) -> FastAPI:
    """The receiver as an ASGI application.

    `signing_key` is decoded (`app.gitlab.webhook.decode_signing_token`). `board_paths` and `bots` are asked for each
    event, so that they may change. Without `numbers`, `/metrics` tells of the inbox and the journal alone.
    No page describes the interface to strangers; `openapi()` does, for tests.
    """
    # redirect_slashes: GitLab takes a redirect for success and does not follow it; the event would be lost in silence.
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, telemetry=TRACES)
    app.add_exception_handler(HTTPException, _plain)
    receiver = hooks.Receiver(Intake(inbox), secret, signing_key, board_paths, bots, machine_now)
    hook = hooks.route(receiver)
    app.router.routes.append(hook)
    app.include_router(health.routes(inbox, readiness, receiver.answers))
    app.include_router(metrics.routes(numbers or Numbers(inbox), receiver.answers))
    app.add_middleware(hooks.Direct, route=hook)
    app.add_middleware(BodyBudget)
    app.add_middleware(Access, quiet=QUIET)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    return app


async def _plain(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return PlainTextResponse(f"{error.detail}\n", error.status_code, headers=error.headers)

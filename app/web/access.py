"""Wraps every answer: one log line each, and the headers that keep browsers careful. Logs no body and no secret."""

import time
from collections.abc import Iterable

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
LONGEST_PATH = 200


class Access:
    """ASGI middleware. A handler adds to the line through `note`; a probe that is answered 200 is logged as debug."""

    def __init__(self, app: ASGIApp, quiet: Iterable[str] = ()) -> None:
        self._app = app
        self._quiet = frozenset(quiet)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._answer(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The outermost place of a request: what is not caught here has neither an answer nor a log line."""
        facts = scope.setdefault("state", {}).setdefault("facts", {})
        started = time.perf_counter()
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except ClientDisconnect:
            facts["error"] = "the client went away"
        except Exception as error:
            facts |= {"error": type(error).__name__, "exc_info": error}
            if not status:
                await PlainTextResponse("internal error\n", 500)(scope, receive, send_with_headers)
        self._log(scope, status, started, facts)

    def _log(self, scope: Scope, status: int, started: float, facts: dict[str, object]) -> None:
        ms = round((time.perf_counter() - started) * 1000, 1)
        path = scope["path"][:LONGEST_PATH]
        write = (
            log.debug if path in self._quiet and status == 200 else log.error if status >= 500 else log.info
        )
        shown = path if path.isprintable() else ascii(path)
        write("request", method=scope["method"], path=shown, status=status, ms=ms, **facts)


def note(scope: Scope, **facts: object) -> None:
    """Adds facts to the line of this request; those that are None say nothing."""
    scope["state"]["facts"].update({name: value for name, value in facts.items() if value is not None})

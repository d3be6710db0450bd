"""How much of all bodies is held in memory at once: a signed one is held before it is known who sent it."""

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.access import note
from app.web.body import LIMIT

MOST = 4 * LIMIT
SMALL = 256 * 1024  # of one request: nearly every event is smaller, and these are taken in any case


class _Full(Exception):
    """There is no room for the rest of this body."""


class BodyBudget:
    """ASGI middleware: a body that is not small is refused with 503 while others take up all the room."""

    def __init__(self, app: ASGIApp, most: int = MOST, small: int = SMALL) -> None:
        self._app, self._most, self._small = app, most, small
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        mine = 0

        async def counted() -> Message:
            nonlocal mine
            message = await receive()
            size = len(message.get("body", b""))
            if mine + size > self._small and self._held + size > self._most:
                raise _Full
            mine += size
            self._held += size
            return message

        try:
            await self._app(scope, counted, send)
        except _Full:
            note(scope, error="too much is being received at once")
            answer = PlainTextResponse("busy\n", 503, {"connection": "close"})
            await answer(scope, receive, send)
        finally:
            self._held -= mine

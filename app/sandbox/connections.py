"""Connections that can be closed instead of being answered, as broken networks do."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

_transports: dict[tuple[Any, Any], asyncio.Transport] = {}


class Connection(H11Protocol):
    """Remembers its transport, so that a fault can close the connection instead of answering."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        _transports[self.server, self.client] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        _transports.pop((self.server, self.client), None)
        super().connection_lost(exc)


async def stall(receive: Receive, seconds: float) -> None:
    """Wait, but no longer than the client does."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        pass


async def cut(scope: Scope, receive: Receive) -> None:
    """Close the connection without an answer."""
    transport = _transports.get((scope.get("server"), scope.get("client")))
    if transport:
        transport.close()
        await stall(receive, 5.0)

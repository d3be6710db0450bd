"""Connections that are answered in one piece, or closed instead of being answered, as broken networks do."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, cast

from uvicorn.protocols.http.h11_impl import H11Protocol

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

_transports: dict[tuple[Any, Any], asyncio.Transport] = {}


class _Whole:
    """A transport that writes in one piece what one turn of the loop brings: head and body of an answer. Each write
    costs both sides a call of the system, and what stands before a real GitLab joins them too."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> None:
        if not self._parts:
            asyncio.get_running_loop().call_soon(self._flush)
        self._parts.append(data)

    def _flush(self) -> None:
        data = b"".join(self._parts)
        self._parts.clear()
        if data:
            self._transport.write(data)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class Connection(H11Protocol):
    """Remembers its transport, so that a fault can close the connection instead of answering."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        whole = cast(asyncio.Transport, _Whole(transport))
        super().connection_made(whole)
        _transports[self.server, self.client] = whole

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

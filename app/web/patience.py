"""The connection under the application: how long a request may take to arrive, and how many may be under way.

uvicorn waits for the end of a request for ever. Each of these connections costs a file, and whoever opens enough of
them keeps GitLab out.
"""

import asyncio
from typing import ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from app.web.access import HEADERS


def _answer(status: str, text: str) -> bytes:
    body = f"{text}\n".encode()
    headers = {
        **HEADERS,
        "content-type": "text/plain; charset=utf-8",
        "content-length": str(len(body)),
        "connection": "close",
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


TOO_SLOW = _answer("408 Request Timeout", "too slow")
TOO_MANY = _answer("503 Service Unavailable", "too many connections")
NOT_HTTP = _answer("400 Bad Request", "not HTTP")


class PatientProtocol(H11Protocol):
    """HTTP/1.1 whose requests must have arrived whole within `PATIENCE` seconds, from the opening or their first byte.

    GitLab gives up on a delivery after ten seconds itself: https://docs.gitlab.com/user/gitlab_com/#other-limits
    What a client still sends after it was answered counts as well. Headers may have 64 kB (h11's own limit).
    """

    PATIENCE: ClassVar = 10.0
    MOST: ClassVar = 500  # connections; the usual limit of open files is 1,024, and the database needs some

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.MOST:
            self.logger.warning("There are too many connections.")
            self._refuse(TOO_MANY)
        else:
            self._wait()

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._wait()
        between = self.conn.their_state is h11.IDLE
        super().data_received(data)
        if not (between and self.conn.their_state is h11.IDLE):  # else it is within the headers still
            self._arrived()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._arrived()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """uvicorn's own answer lacks our headers."""
        self._refuse(NOT_HTTP)

    def _wait(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(self.PATIENCE, self._give_up)

    def _arrived(self) -> None:
        """Stops the clock once there is nothing of a request left to wait for."""
        their = self.conn.their_state
        if their in (h11.DONE, h11.MUST_CLOSE, h11.CLOSED) or (
            their is h11.IDLE and not self.conn.trailing_data[0]
        ):
            self._stop()

    def _stop(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _give_up(self) -> None:
        self._late = None
        self.logger.warning("A request did not arrive in time.")
        self._refuse(TOO_SLOW)

    def _refuse(self, answer: bytes) -> None:
        """Ends the connection, with that answer unless the request that is being read was answered already."""
        if self.transport.is_closing():
            return
        cycle, next_one = self.cycle, self.conn.their_state is h11.IDLE
        if cycle is None or not cycle.response_started or (cycle.response_complete and next_one):
            self.transport.write(answer)
        self.transport.close()

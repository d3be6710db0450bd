"""Listens, and runs an application with uvicorn. Knows nothing of what the application does."""

import socket
from collections.abc import Callable
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from app.errors import ConfigError
from app.web.patience import PatientProtocol

DRAIN = 4  # seconds for the requests under way when the server stops


def listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections from now on; ConfigError when the address is taken, or none of ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        if not 0 <= port < 65536:
            raise OSError("there is no such port")
        listener = socket.create_server((host, port), family=family)
        # asyncio sets this itself only on sockets it made; without it each answer waits 40 ms for the client's ACK.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener
    except OSError as error:
        raise ConfigError(
            f"cannot listen on {host}:{port}: {error}; choose others with --host and --port"
        ) from None


def address(listener: socket.socket) -> str:
    """Where the socket listens, as a URL."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Server(uvicorn.Server):
    """uvicorn, which says at once when a signal tells it to stop, and not only when it has stopped."""

    def __init__(self, config: uvicorn.Config, on_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_stop = on_stop

    def stop(self) -> None:
        """Ends the server, before it has begun as well: for signals that uvicorn does not hear yet."""
        self._on_stop()
        self.should_exit = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._on_stop()
        super().handle_exit(sig, frame)


def make_server(
    app: ASGIApp, on_stop: Callable[[], None], protocol: type[PatientProtocol] = PatientProtocol
) -> Server:
    """A server for the application, silent but for its troubles: the application logs its requests itself."""
    config = uvicorn.Config(
        app,
        http=protocol,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=DRAIN,
    )
    return Server(config, on_stop)

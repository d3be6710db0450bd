"""Runs a sandbox on a port: in a thread beside tests and the demo, or by itself for the command line."""

import functools
import socket
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Self

import uvicorn

from app.sandbox import scenes
from app.sandbox.asgi import create_app
from app.sandbox.connections import Connection
from app.sandbox.world import World

__all__ = ["SandboxServer", "create_app", "run"]


class SandboxServer:
    """A sandbox on a port of this machine (0: any free one), in a thread of its own; a context manager.

    `url` is where it answers, `world` what it holds; `reset` starts the scene again without a new server.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        scene: str = "default",
        at: datetime | None = None,
        latency_ms: int = 0,
        templates_dir: Path | None = None,
        external_url: str | None = None,
    ) -> None:
        self._socket = socket.create_server((host, port))
        # asyncio does not set this on sockets of ours, and without it every small answer waits 40 ms for an ACK.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reachable = "127.0.0.1" if host in ("0.0.0.0", "::") else host
        self.url = external_url or f"http://{reachable}:{self._socket.getsockname()[1]}"
        self.world = World(base_url=self.url.rstrip("/"))
        if templates_dir:
            self.world.templates_dir = templates_dir
        try:
            self.reset(scene, at)
        except ValueError:
            self._socket.close()
            raise
        self.world.settings.latency_ms = latency_ms
        config = uvicorn.Config(
            create_app(self.world),
            http=Connection,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=60,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._serve, name="sandbox", daemon=True)

    def reset(self, scene: str = "default", at: datetime | None = None) -> None:
        """Start the scene again; ValueError for one that is not known."""
        scenes.load(self.world, scene, at)

    def _serve(self) -> None:
        self._server.run(sockets=[self._socket])

    def start(self) -> Self:
        """Serve in the background; the socket already listens, so the first request waits at most a moment."""
        self._thread.start()
        return self

    def run(self) -> None:
        """Serve here until interrupted."""
        try:
            self._serve()
        except KeyboardInterrupt:
            pass
        finally:
            self.world.hooks.close()

    def stop(self) -> None:
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join()
        self._socket.close()
        self.world.hooks.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_error: object) -> None:
        self.stop()


def run(
    host: str = "127.0.0.1",
    port: int = 8080,
    scene: str = "default",
    latency_ms: int = 0,
    at: datetime | None = None,
    templates_dir: Path | None = None,
    external_url: str | None = None,
    announce: Callable[[str], None] = functools.partial(print, flush=True),
) -> None:
    """Serve a sandbox until interrupted; `announce` gets one line once the port is taken.

    OSError when the port is not free, ValueError when the scene is not known.
    """
    server = SandboxServer(
        host=host,
        port=port,
        scene=scene,
        at=at,
        latency_ms=latency_ms,
        templates_dir=templates_dir,
        external_url=external_url,
    )
    tokens = ", ".join(sorted(server.world.tokens))
    announce(
        f"Sandbox GitLab at {server.url} (scene {scene}); control at {server.url}/-/sandbox/; tokens: {tokens}"
    )
    server.run()

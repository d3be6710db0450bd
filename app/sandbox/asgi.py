"""The sandbox as an ASGI application: takes requests apart, lets faults happen, and writes down what was asked."""

import asyncio
import inspect
import json
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote

from app.sandbox import (
    api_boards,
    api_ci,
    api_events,
    api_hooks,
    api_issues,
    api_labels,
    api_making,
    api_members,
    api_merge_requests,
    api_notes,
    api_places,
    api_repository,
    control,
    pages,
)
from app.sandbox.clock import stamp
from app.sandbox.connections import Receive, Scope, cut, stall
from app.sandbox.entities import User
from app.sandbox.errors import ApiError, ended_token, refuse_scope, unauthorized
from app.sandbox.faults import Fault, refusal
from app.sandbox.params import Params, body_values, form_values
from app.sandbox.routing import Call, Reply, Router
from app.sandbox.world import TokenFacts, World

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

API = "/api/v4"
JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)
logger = logging.getLogger(__name__)


def _routes() -> Router:
    router = Router()
    for module in (
        api_issues, api_notes, api_events, api_labels, api_boards, api_members, api_hooks, api_places, api_making,
        api_repository, api_merge_requests, api_ci,
    ):  # fmt: skip
        router.include(module.router)
    return router


def create_app(world: World) -> App:
    """The ASGI application that serves `world`: the API, the control endpoints, and pages."""
    return _Sandbox(world)


class _Sandbox:
    def __init__(self, world: World) -> None:
        self._world = world
        self._router = _routes()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        raw_path = scope["raw_path"].decode("latin-1")
        body = await _body(receive)
        if raw_path.startswith(f"{API}/"):
            await self._api(scope, receive, send, raw_path, body)
            return
        try:
            if raw_path == "/-/sandbox" or raw_path.startswith("/-/sandbox/"):
                query = form_values(scope["query_string"].decode())
                with self._world.lock:
                    reply = control.answer(self._world, scope["method"], raw_path, query, _json(body))
            elif scope["method"] in ("GET", "HEAD"):
                with self._world.lock:
                    reply = pages.page(self._world, unquote(raw_path))
            else:
                raise ApiError(405, {"error": "405 Not Allowed"})
        except ApiError as error:
            reply = Reply(error.body, error.status, error.headers)
        await _send(send, reply)

    async def _api(self, scope: Scope, receive: Receive, send: Send, raw_path: str, body: bytes) -> None:
        world, method, came_at = self._world, scope["method"], time.time()
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if world.settings.latency_ms:
            await asyncio.sleep(world.settings.latency_ms / 1000)
        user: User | None = None
        fault: Fault | None = None
        limits: dict[str, str] = {}
        try:
            query = form_values(scope["query_string"].decode())
            user = self._user(headers, query)
            if user:
                limits = world.throttle.count(user.username, world.settings.requests_per_minute)
            fault = world.faults.strike(method, unquote(raw_path), user.username if user else None)
            if fault and fault.kind == "slow":
                await asyncio.sleep(fault.seconds)
            if fault and (refused := refusal(fault)):
                raise refused
            if fault and fault.kind == "cut":
                self._record(scope, None, user, came_at)
                await cut(scope, receive)
                return
            reply = await self._answer(scope, raw_path, headers, query, body, user)
        except ApiError as error:
            reply = Reply(error.body, error.status, error.headers)
        except Exception:
            logger.exception("the sandbox failed at %s %s", method, raw_path)
            reply = Reply({"message": "500 Internal Server Error"}, 500)
        self._record(scope, reply.status, user, came_at)
        if fault and fault.kind in ("timeout_after_write", "cut_after_write"):
            await stall(receive, fault.seconds)
            await cut(scope, receive)
            return
        await _send(send, Reply(reply.body, reply.status, limits | reply.headers))

    def _user(self, headers: dict[str, str], query: dict[str, Any]) -> User | None:
        """Whose token it is; nobody without a token; 401 for one that is not known, or has ended."""
        token = _token(headers, query)
        if not token:
            return None
        found = self._world.tokens.get(token)
        if found is None:
            raise unauthorized()
        ends = self._world.token_facts.get(token, TokenFacts()).expires_at
        if ends is not None and self._world.clock.now().date() >= ends:
            raise ended_token()
        return found

    async def _answer(
        self,
        scope: Scope,
        raw_path: str,
        headers: dict[str, str],
        query: dict[str, Any],
        body: bytes,
        user: User | None,
    ) -> Reply:
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        path = raw_path.removeprefix(API)
        handler, named = self._router.find(method, path)
        sent = body_values(headers.get("content-type", ""), body)
        token = _token(headers, query)
        if "api" not in (scopes := self._world.token_facts.get(token, TokenFacts()).scopes):
            refuse_scope(method, path, scopes)
        host = headers.get("host", "127.0.0.1")
        call = Call(
            world=self._world,
            method=method,
            url=f"{scope.get('scheme', 'http')}://{host}{raw_path}",
            raw_path=path,
            query=query,
            params=Params(query | sent),
            path=named,
            user=user,
            chain=headers.get("x-gitlab-event-uuid"),
            token=token,
        )
        with self._world.lock:
            reply = handler(call)
        return await reply if inspect.isawaitable(reply) else reply

    def _record(self, scope: Scope, status: int | None, user: User | None, came_at: float) -> None:
        """A status of None: the connection was cut before anything was done. `came_at` is machine time."""
        world, query = self._world, scope["query_string"].decode()
        world.requests.append(
            {
                "index": world.requests_seen,
                "at": stamp(world.clock.now()),
                "machine_at": came_at,
                "method": scope["method"],
                "path": scope["raw_path"].decode("latin-1") + (f"?{query}" if query else ""),
                "status": status,
                "user": user.username if user else None,
            }
        )
        world.requests_seen += 1


def _token(headers: dict[str, str], query: dict[str, Any]) -> str:
    bearer = headers.get("authorization", "")
    token = headers.get("private-token") or query.get("private_token")
    if not token and bearer.lower().startswith("bearer "):
        token = bearer[7:].strip()
    return str(token or "")


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError as error:
        raise ApiError(400, {"error": "the body is not JSON"}) from error


async def _send(send: Send, reply: Reply) -> None:
    if reply.body is None:
        body, kind = b"", None
    elif isinstance(reply.body, str):
        body, kind = reply.body.encode(), "text/plain; charset=utf-8"
    else:
        body, kind = JSON.encode(reply.body).encode(), "application/json"
    headers = {"Content-Type": kind} | reply.headers if kind else reply.headers
    if reply.status != 204:
        headers = headers | {"Content-Length": str(len(body))}
    encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})

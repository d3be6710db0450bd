"""`POST /hooks/gitlab`: GitLab's events in, due issues out. Reads nothing but the request."""

import hashlib
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from app.gitlab.webhook import Event, NotAuthentic, NotJson, concerns, parse_event, verify
from app.inbox import Delivery, Intake, NotStored
from app.web.access import note
from app.web.body import TooLarge, read_body

PATH = "/hooks/gitlab"
TRACED = "fastapi.telemetry"  # what FastAPI keeps in the scope of a request while there is a span for it
LARGE = 256 * 1024  # bytes: a body that is read aside, so that nobody waits for it
LONGEST_KEY = 200
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Answer:
    """What GitLab is told, and what the log line says of it."""

    status: int
    text: str
    event: Event | None = None
    error: str | None = None


@dataclass(frozen=True)
class Receiver:
    """Takes deliveries: authentic, JSON, of a board, stored; in this order. `answers` counts what was answered."""

    intake: Intake
    secret: bytes | None
    signing_key: bytes | None
    board_paths: Callable[[], frozenset[str]]
    bots: Callable[[], frozenset[str]]
    machine_now: Callable[[], datetime]
    answers: Counter[str] = field(default_factory=Counter)

    def check_token(self, headers: Mapping[str, str]) -> None:
        """Refuses a stranger before a byte of the body is read, where no signature over it is to be checked.

        Raises NotAuthentic.
        """
        if self.signing_key is None or "webhook-signature" not in headers:
            now = self.machine_now()
            verify(headers, b"", secret=self.secret, signing_key=None, machine_now=now)

    async def receive(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer. `accepted` means that the issue is in the inbox, on disk; `accepted again` that it is, and that
        this delivery had come before: somebody pressed Resend, or GitLab heard no answer."""
        if len(body) > LARGE:
            read = await run_in_threadpool(self.read, headers, body)
        else:
            read = self.read(headers, body)
        if isinstance(read, Answer):
            return read
        event, delivery = read
        try:
            again = await self.intake.take(delivery)
        except SQLAlchemyError as error:
            kind = str(error) if isinstance(error, NotStored) else type(error).__name__
            if not delivery.look:  # nothing is lost but a line of bookkeeping
                return Answer(202, "ignored", event, error=kind)
            return Answer(503, "the event could not be stored", event, error=kind)
        if not delivery.look:
            return Answer(202, "ignored", event)
        return Answer(202, "accepted again" if again else "accepted", event)

    def read(self, headers: Mapping[str, str], body: bytes) -> tuple[Event, Delivery] | Answer:
        """What is to be stored, or the answer when nothing is."""
        now = self.machine_now()
        try:
            verify(headers, body, secret=self.secret, signing_key=self.signing_key, machine_now=now)
            event = parse_event(headers, body)
        except NotAuthentic as error:
            return Answer(401, "not authentic", error=str(error))
        except NotJson as error:
            return Answer(400, "not a JSON object", error=str(error))
        boards = self.board_paths()
        about = concerns(event, boards, NOBODY)
        if about is None:
            return Answer(202, "ignored", event)
        look = concerns(event, boards, self.bots()) is not None
        return event, Delivery(_key(headers), about, event.at, look)


def route(receiver: Receiver) -> Route:
    """The route of the webhook. GitLab gives up after 10 s, and does not send again.

    It is a plain one: FastAPI's own would look for parameters of which there are none, a fifth of the whole work.
    """

    async def hook(request: Request) -> Response:
        """Takes one of GitLab's events; 202 once it is stored."""
        try:
            headers = dict(request.headers)
            receiver.check_token(headers)
            answer = await receiver.receive(headers, await read_body(request))
        except TooLarge:
            answer = Answer(413, "too large")
        except NotAuthentic as error:
            answer = Answer(401, "not authentic", error=str(error))
        receiver.answers[answer.text] += 1
        _note(request, answer)
        return JSONResponse({"status": answer.text}, answer.status)

    return Route(PATH, hook, methods=["POST"])


class Direct:
    """ASGI middleware: what is posted to the hook goes to its route at once. The way that all else takes, through the
    router and what FastAPI has around it, is a quarter of the work on an event."""

    def __init__(self, app: ASGIApp, route: Route) -> None:
        self._app = app
        self._hook: Callable[[Request], Awaitable[Response]] = route.endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        other = scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST"
        if other or scope.get(TRACED):  # a span has its name from the router
            await self._app(scope, receive, send)
            return
        answer = await self._hook(Request(scope, receive))
        await answer(scope, receive, send)


def _key(headers: Mapping[str, str]) -> str:
    """What GitLab calls the delivery, the same when it is sent again; a name of our own where it says nothing.

    https://docs.gitlab.com/user/project/integrations/webhooks/#webhook-receiver-requirements
    """
    key = headers.get("idempotency-key") or headers.get("webhook-id") or uuid.uuid4().hex
    return key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()


def _note(request: Request, answer: Answer) -> None:
    note(request.scope, answer=answer.text, error=answer.error)
    if event := answer.event:
        iid = event.ref.iid if event.ref else None
        note(request.scope, kind=event.kind, action=event.action, project=event.project_path, iid=iid)

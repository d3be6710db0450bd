"""`POST /hooks/gitlab`: GitLab's events in, due issues out. Reads nothing but the request."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from app.gitlab.webhook import Event, NotAuthentic, NotJson, concerns, parse_event, verify
from app.inbox import AT_ONCE, Inbox
from app.web.access import note
from app.web.body import TooLarge, read_body


@dataclass(frozen=True)
class Answer:
    """What GitLab is told, and what the log line says of it."""

    status: int
    text: str
    event: Event | None = None
    error: str | None = None


@dataclass(frozen=True)
class Receiver:
    """Takes one delivery at a time: authentic, JSON, of a board, stored; in this order. Blocks while it stores."""

    inbox: Inbox
    secret: bytes | None
    signing_key: bytes | None
    board_paths: Callable[[], frozenset[str]]
    bots: Callable[[], frozenset[str]]
    machine_now: Callable[[], datetime]

    def check_token(self, headers: dict[str, str]) -> None:
        """Refuses a stranger before a byte of the body is read, where no signature over it is to be checked.

        Raises NotAuthentic.
        """
        if self.signing_key is None or "webhook-signature" not in headers:
            now = self.machine_now()
            verify(headers, b"", secret=self.secret, signing_key=None, machine_now=now)

    def receive(self, headers: dict[str, str], body: bytes) -> Answer:
        """The answer. `accepted` means that the issue is in the inbox, on disk."""
        now = self.machine_now()
        try:
            verify(headers, body, secret=self.secret, signing_key=self.signing_key, machine_now=now)
            event = parse_event(headers, body)
        except NotAuthentic as error:
            return Answer(401, "not authentic", error=str(error))
        except NotJson as error:
            return Answer(400, "not a JSON object", error=str(error))
        ref = concerns(event, self.board_paths(), self.bots())
        if ref is None:
            return Answer(202, "ignored", event)
        try:
            self.inbox.put(ref, AT_ONCE)
        except SQLAlchemyError as error:
            return Answer(503, "the event could not be stored", event, error=type(error).__name__)
        return Answer(202, "accepted", event)


def routes(receiver: Receiver) -> APIRouter:
    """The route of the webhook. GitLab gives up after 10 s, and does not send again."""
    router = APIRouter()

    @router.post("/hooks/gitlab", status_code=202)
    async def hook(request: Request) -> Response:
        """Takes one of GitLab's events; 202 once it is stored."""
        try:
            receiver.check_token(dict(request.headers))
            body = await read_body(request)
            answer = await run_in_threadpool(receiver.receive, dict(request.headers), body)
        except TooLarge:
            answer = Answer(413, "too large")
        except NotAuthentic as error:
            answer = Answer(401, "not authentic", error=str(error))
        _note(request, answer)
        return JSONResponse({"status": answer.text}, answer.status)

    return router


def _note(request: Request, answer: Answer) -> None:
    note(request.scope, answer=answer.text, error=answer.error)
    if event := answer.event:
        iid = event.ref.iid if event.ref else None
        note(request.scope, kind=event.kind, action=event.action, project=event.project_path, iid=iid)

"""One API call: its route, its parameters, who makes it, and what its path means. Missing things answer 404."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from app.sandbox import access
from app.sandbox.act import Act
from app.sandbox.entities import Group, Issue, Note, Project, User
from app.sandbox.errors import ApiError, bad_parameter, forbidden, not_found, unauthorized
from app.sandbox.params import Params
from app.sandbox.world import World


@dataclass(frozen=True)
class Reply:
    """An answer: `body` is sent as JSON, a string as it is, None as nothing."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Call:
    """`url` is the address as it was asked, without its query; `path` holds the parts of it that the route names."""

    world: World
    method: str
    url: str
    raw_path: str
    query: dict[str, Any]
    params: Params
    path: dict[str, str]
    user: User | None
    chain: str | None = None
    token: str = ""

    @property
    def me(self) -> User:
        """The user; 401 where nobody is logged in."""
        if self.user is None:
            raise unauthorized()
        return self.user

    @property
    def act(self) -> Act:
        return Act(self.world, self.me, self.chain)

    @property
    def now(self) -> datetime:
        return self.world.clock.now()

    def number(self, name: str) -> int:
        """A number out of the path."""
        if not self.path[name].isdigit():
            raise bad_parameter(f"{name} is invalid")
        return int(self.path[name])

    def project(self) -> Project:
        """The project in the path, by id or full path."""
        found = self.world.project(self.path["id"])
        if found is None or not access.may_read_project(self.user, found):
            raise not_found("Project")
        return found

    def group(self) -> Group:
        found = self.world.group(self.path["id"])
        if found is None or not access.may_read_group(self.world, self.user, found):
            raise not_found("Group")
        return found

    def place(self) -> Group | Project:
        """The project or group in the path, as the route says."""
        return self.group() if self.raw_path.startswith("/groups/") else self.project()

    def issue(self) -> Issue:
        found = self.project().issues.get(self.number("iid"))
        if found is None or not access.may_read_issue(self.user, found):
            raise not_found("Issue") if self.method == "PUT" else not_found()
        return found

    def note(self, issue: Issue) -> Note:
        number = self.number("note")
        found = next((note for note in issue.notes if note.id == number), None)
        if found is None or not access.may_read_note(self.user, issue, found):
            raise not_found("Note") if self.method == "PUT" else not_found()
        return found

    def need(self, allowed: bool, reason: str = "") -> None:
        """401 for nobody, 403 for somebody without the right."""
        if not (self.me and allowed):
            raise forbidden(reason)

    def need_level(self, place: Group | Project, level: int) -> None:
        self.need(access.level(self.me, place) >= level)


Handler = Callable[[Call], Reply | Awaitable[Reply]]


class Router:
    """Routes by method and path pattern; `:name` stands for one segment, in which %2F is no separator."""

    def __init__(self) -> None:
        self._routes: dict[int, list[tuple[str, list[str], Handler]]] = {}

    def add(self, method: str, pattern: str) -> Callable[[Handler], Handler]:
        """Register a handler; of two patterns that fit, the one registered first is taken."""
        segments = pattern.strip("/").split("/")

        def register(handler: Handler) -> Handler:
            self._routes.setdefault(len(segments), []).append((method, segments, handler))
            return handler

        return register

    def include(self, other: "Router") -> None:
        for count, routes in other._routes.items():
            self._routes.setdefault(count, []).extend(routes)

    def find(self, method: str, raw_path: str) -> tuple[Handler, dict[str, str]]:
        """The handler and the decoded parts of the path; 404 and 405 as GitLab says them."""
        parts = raw_path.strip("/").split("/")
        other_method = False
        for allowed, segments, handler in self._routes.get(len(parts), ()):
            if not all(s.startswith(":") or s == p for s, p in zip(segments, parts, strict=True)):
                continue
            if allowed == method:
                named = zip(segments, parts, strict=True)
                return handler, {s[1:]: unquote(p) for s, p in named if s.startswith(":")}
            other_method = True
        if other_method:
            raise ApiError(405, {"error": "405 Not Allowed"})
        raise ApiError(404, {"error": "404 Not Found"})

"""Single calls of GitLab's API, on python-gitlab, with its errors and the network's as ours. Decides nothing.

One per thread: a requests session is not promised to be safe in several. What they share is the line.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import gitlab
import requests
from gitlab.client import GitlabList
from gitlab.exceptions import GitlabAuthenticationError, GitlabError, GitlabParsingError
from requests.utils import get_environ_proxies

from app.errors import ConfigError, Refused, Unauthorized, Unavailable
from app.gitlab.line import Carrier, Line, NotSent
from app.gitlab.payloads import Json
from app.gitlab.session import Elsewhere, Session
from app.gitlab.waiting import retry_after

TIMEOUT_SECONDS = 10
POST_SETTLES_SECONDS = 60.0
TOO_MANY = 429
TRY_AGAIN = frozenset({408, 409, 425, TOO_MANY})
ME = "/user"
VERSION = "/version"
# What GitLab says to writes in maintenance mode: https://docs.gitlab.com/administration/maintenance_mode/
READ_ONLY = "read-only"


class Calls:
    """GitLab's API for one token. Errors: Unavailable, Unauthorized, Refused; ConfigError for what is no address."""

    def __init__(self, url: str, token: str, line: Line, timeout: float = TIMEOUT_SECONDS) -> None:
        self.line = line
        self._retry_after: float | None = None
        self._ahead: timedelta | None = None
        session = Session()
        verify = _by_environment(session, url)
        session.hooks["response"].append(self._remember)
        self._carrier = Carrier(line)
        for scheme in ("http://", "https://"):
            session.mount(scheme, self._carrier)
        self._api = gitlab.Gitlab(
            url,
            private_token=token,
            timeout=timeout,
            per_page=100,
            session=session,
            ssl_verify=verify,
            retry_transient_errors=False,
            keep_base_url=True,
        )

    def close(self) -> None:
        """Ends the connections."""
        self._api.session.close()

    @contextmanager
    def guarded(self, before_write: Callable[[], None]) -> Iterator[None]:
        """Inside, it is asked before each write, after any wait for its turn; what it raises stops the writing."""
        before, self._carrier.before_write = self._carrier.before_write, before_write
        try:
            yield
        finally:
            self._carrier.before_write = before

    def get(self, path: str, *, what: str = "") -> Json:
        """One object. `what` says in an error what was asked for."""
        with self.errors(what, about_all=path == ME):
            found: Any = self._api.http_get(path, obey_rate_limit=False)
        if not isinstance(found, dict):
            raise Unavailable(f"GitLab answered {path} with something else than JSON")
        return found

    def rows(self, path: str, **query: Any) -> list[Json]:
        """Everything that stands there, every page of it; `what` as for `get`."""
        with self.errors(query.pop("what", "")):
            found = self._api.http_list(path, query_data=query, iterator=True, obey_rate_limit=False)
            return [dict(row) for row in found]

    def begun(self, path: str, query: Json) -> GitlabList:
        """A list whose first page is read; the next ones come as it is gone through, inside `errors`."""
        found = self._api.http_list(path, query_data=query, iterator=True, obey_rate_limit=False)
        assert isinstance(found, GitlabList)
        return found

    def page(self, path: str, **query: Any) -> list[Json]:
        """Its first page alone."""
        with self.errors():
            found: Any = self._api.http_get(path, query_data=query, obey_rate_limit=False)
        return [dict(row) for row in found]

    def date(self, path: str) -> datetime | None:
        """The time of that answer by GitLab's own clock, in whole seconds; None where it does not say."""
        with self.errors():
            answer = self._api.http_request("get", path, obey_rate_limit=False)
        try:
            return parsedate_to_datetime(answer.headers.get("Date", "")).astimezone(UTC)
        except (TypeError, ValueError):
            return None

    def ahead(self) -> timedelta:
        """By how much this machine's clock is ahead of GitLab's, as of the first time that it is asked."""
        if self._ahead is None:
            theirs = self.date(VERSION)
            self._ahead = datetime.now(UTC) - theirs if theirs else timedelta()
        return self._ahead

    def put(self, path: str, data: Json) -> Any:
        """Changes what stands there."""
        with self.errors():
            return self._api.http_put(path, post_data=data, obey_rate_limit=False)

    def post(self, path: str, data: Json) -> Any:
        """Posts, once. When no answer comes, it may still be done: the next look must wait for that."""
        try:
            with self.errors():
                return self._api.http_post(path, post_data=data, obey_rate_limit=False)
        except NotSent:
            raise
        except Unavailable as error:
            if isinstance(error.__cause__, GitlabError) and error.__cause__.response_code == TOO_MANY:
                raise  # it was not done
            wait = max(error.retry_after or 0.0, POST_SETTLES_SECONDS)
            raise Unavailable(str(error), wait, everywhere=error.everywhere) from error

    def delete(self, path: str) -> None:
        """Takes away what stands there; what is gone already is fine."""
        try:
            with self.errors():
                self._api.http_delete(path, obey_rate_limit=False)
        except Refused as error:
            if error.status != 404:
                raise

    def _remember(self, response: requests.Response, *_args: object, **_kwargs: object) -> None:
        self._retry_after = retry_after(response.headers.get("Retry-After", ""), datetime.now(UTC))

    @contextmanager
    def errors(self, what: str = "", *, about_all: bool = False) -> Iterator[None]:
        """GitLab's and the network's errors as ours. `about_all`: where this fails, everything does."""
        self._retry_after = None
        try:
            yield
        except GitlabAuthenticationError as error:
            remedy = "set TRIAGE_GITLAB_TOKEN to one that is valid and has the scope `api`"
            raise Unauthorized(f"GitLab does not accept the token ({error}); {remedy}") from error
        except GitlabParsingError as error:
            raise Unavailable("GitLab answered with something else than JSON") from error
        except GitlabError as error:
            status = error.response_code or 0
            if status in TRY_AGAIN or status >= 500 or status == 0:
                everywhere = status == TOO_MANY or (status >= 500 and (about_all or self.line.down))
                wait = self._retry_after
                if status == TOO_MANY:
                    wait = max(wait or 0.0, self.line.paused_for)
                raise Unavailable(f"GitLab answered {error}", wait, everywhere=everywhere) from error
            if status == 403 and READ_ONLY in str(error).casefold():
                raise Unavailable(f"GitLab is in maintenance: {error}", everywhere=True) from error
            raise Refused(f"GitLab answered {error}{f' ({what})' if what else ''}", status) from error
        except requests.exceptions.InvalidURL:
            raise ConfigError(f"TRIAGE_GITLAB_URL: {self._api.url} is no address") from None
        except Elsewhere as error:
            said = f"{self._api.url} redirects to {error}, which would get the token: that is not followed"
            remedy = "set TRIAGE_GITLAB_URL to the address of GitLab itself"
            raise Unavailable(f"{said}; {remedy}", everywhere=True) from error
        except requests.RequestException as error:
            # A time-out may be about one issue that is too large.
            broken = isinstance(error, requests.ConnectionError | requests.exceptions.ChunkedEncodingError)
            raise Unavailable(
                f"{self._api.url} did not answer: {type(error).__name__}",
                everywhere=broken or about_all or self.line.down,
            ) from error


def _by_environment(session: requests.Session, url: str) -> bool | str:
    """The proxies that the environment names for that address, and its certificates, looked up once: requests does it
    anew for each call. A password in ~/.netrc is none of ours."""
    session.trust_env = False
    with suppress(ValueError):  # an address that is none is refused when it is called
        session.proxies = get_environ_proxies(url)
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True


class Rows:
    """A list of GitLab's that is read page by page, as it is gone through."""

    def __init__(self, calls: Calls, path: str, query: Json) -> None:
        self._calls, self._path, self._query = calls, path, query
        self._found: GitlabList | None = None

    def next(self) -> Json | None:
        """The next row, None when there are no more. After an error it may be asked again, and goes on where it was."""
        with self._calls.errors():
            if self._found is None:
                self._found = self._calls.begun(self._path, self._query)
            row = next(self._found, None)
        return None if row is None else dict(row)

    @property
    def by_number(self) -> bool:
        """Whether GitLab counts pages, as before 18.3: then what is changed meanwhile shifts the rest by one, and rows
        at the edge of a page are skipped. Source: https://docs.gitlab.com/api/rest/#keyset-based-pagination"""
        return self._found is not None and self._found.next_page is not None

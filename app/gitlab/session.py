"""A requests session that asks without ceremony. Decides nothing.

For each call requests takes the address apart, merges headers, cookies and hooks, and looks for redirects: a third of
what it costs us, and a sweep makes three for each issue. A plain question needs none of it.
"""

import re
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import requests
from requests.cookies import RequestsCookieJar
from requests.structures import CaseInsensitiveDict

# What stands for itself in an address, an encoded slash too; all else is left to requests.
_PLAIN = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+/[A-Za-z0-9._~/%-]*")
Query = dict[str, Any]


class Elsewhere(requests.RequestException):
    """A redirect to another server, whose name this says. It was not followed."""


class Session(requests.Session):
    """As requests' own. GETs of plain addresses go straight to the adapter: without cookies, which the API knows none
    of, and with a redirect followed by requests itself. The adapter must read the body, as `Carrier` does.

    No redirect leads to another server: requests would take GitLab's token along there, of which it knows nothing.
    """

    def request(self, method: str, url: str, **options: Any) -> requests.Response:  # type: ignore[override]
        """Makes the request. Errors: those of requests; Elsewhere."""
        plain = self._prepared(url, options) if method.upper() == "GET" and not _is_traced() else None
        if plain is None:
            return super().request(method, url, **options)
        response = self.get_adapter(url).send(
            plain,
            timeout=options.get("timeout"),
            verify=options.get("verify", self.verify),
            proxies=dict(self.proxies),
        )
        for hook in self.hooks["response"]:
            hook(response)
        return super().request(method, url, **options) if self.get_redirect_target(response) else response

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Where the answer redirects to, None where it does not. Errors: Elsewhere."""
        target = super().get_redirect_target(resp)
        if target and self.should_strip_auth(resp.url, whole := urljoin(resp.url, target)):
            raise Elsewhere(urlsplit(whole).netloc.rpartition("@")[2])
        return target

    def _prepared(self, url: str, options: Query) -> requests.PreparedRequest | None:
        """The request ready to be sent; None where it is none of the plain ones."""
        if options.get("json") or options.get("data") or options.get("stream") or not _PLAIN.fullmatch(url):
            return None
        query = _encoded(options.get("params") or {})
        prepared = requests.PreparedRequest()
        prepared.method, prepared.url = "GET", f"{url}?{query}" if query else url
        prepared.headers = CaseInsensitiveDict({**self.headers, **options.get("headers", {})})
        prepared._cookies = RequestsCookieJar()
        auth = options.get("auth")
        return auth(prepared) if auth else prepared


def _is_traced() -> bool:
    """Whether somebody looks on at what `Session.send` does, as OpenTelemetry does by wrapping it."""
    return hasattr(requests.Session.send, "__wrapped__")


def _encoded(params: Query) -> str:
    return urlencode([(name, value) for name, value in params.items() if value is not None], doseq=True)

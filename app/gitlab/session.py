"""A requests session that asks without ceremony. Decides nothing.

For each call requests takes the address apart, merges headers, cookies and hooks, and looks for redirects: a third of
what it costs us, and a sweep makes three for each issue. A plain question needs none of it.
"""

import re
from typing import Any
from urllib.parse import urlencode

import requests
from requests.cookies import RequestsCookieJar
from requests.structures import CaseInsensitiveDict

# What stands for itself in an address, an encoded slash too; all else is left to requests.
_PLAIN = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+/[A-Za-z0-9._~/%-]*")
Query = dict[str, Any]


class Session(requests.Session):
    """As requests' own. GETs of plain addresses go straight to the adapter: without cookies, which the API knows none
    of, and with a redirect followed by requests itself. The adapter must read the body, as `Carrier` does."""

    def request(self, method: str, url: str, **options: Any) -> requests.Response:  # type: ignore[override]
        """Makes the request. Errors: those of requests."""
        plain = self._prepared(url, options) if method.upper() == "GET" else None
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
        return super().request(method, url, **options) if response.is_redirect else response

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


def _encoded(params: Query) -> str:
    return urlencode([(name, value) for name, value in params.items() if value is not None], doseq=True)

"""HTTP without TLS to a server on this machine: what `httpx` has for one request reads all certificates each time."""

import ssl
from functools import partial

import httpx

_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

get = partial(httpx.get, trust_env=False, verify=_NO_CERTIFICATES)
post = partial(httpx.post, trust_env=False, verify=_NO_CERTIFICATES)
delete = partial(httpx.delete, trust_env=False, verify=_NO_CERTIFICATES)
request = partial(httpx.request, trust_env=False, verify=_NO_CERTIFICATES)

"""Delivers webhooks over HTTP, in the background and without retry, and switches off hooks that keep failing.

All instants here are the machine's. What is sent stands in payloads.py, when in announce.py.
Source: https://docs.gitlab.com/user/project/integrations/webhooks/
"""

import base64
import functools
import hashlib
import hmac
import ssl
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from app.sandbox.clock import machine_now
from app.sandbox.entities import Hook, HookEvent

USER_AGENT = "GitLab/19.5.0"
TIMEOUT_SECONDS = 10.0
WORKERS = 4
KEPT_EVENTS = 500
KEPT_BODY = 8192
FAILURES_TO_PAUSE, FAILURES_TO_STOP = 4, 40
LONGEST_PAUSE = timedelta(days=1)
CHAIN_SECONDS, CHAIN_LENGTH = 30 * 60, 100
EVENT_NAMES = {
    "issue_hooks": "Issue Hook",
    "confidential_issue_hooks": "Confidential Issue Hook",
    "note_hooks": "Note Hook",
    "confidential_note_hooks": "Confidential Note Hook",
    "emoji_hooks": "Emoji Hook",
}


@dataclass(frozen=True)
class Delivery:
    """One body for one hook. `chain` is the X-Gitlab-Event-UUID of the API call that caused it, if it had one."""

    hook: Hook
    trigger: str
    body: bytes
    instance: str
    chain: str | None = None
    idempotency_key: str = field(default_factory=lambda: str(uuid.uuid4()))


def signature(signing_token: str, message_id: str, timestamp: str, body: bytes) -> str:
    """The Standard Webhooks signature with a `whsec_...` token, as GitLab sends it since 19.0."""
    key = base64.b64decode(signing_token.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def delivery_headers(delivery: Delivery) -> dict[str, str]:
    """The headers of one request; a hook's custom headers never replace GitLab's own."""
    hook, timestamp = delivery.hook, str(int(time.time()))
    headers = {
        **hook.custom_headers,
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "X-Gitlab-Event": EVENT_NAMES[delivery.trigger],
        "X-Gitlab-Instance": delivery.instance,
        "X-Gitlab-Webhook-UUID": str(uuid.uuid4()),
        "X-Gitlab-Event-UUID": delivery.chain or str(uuid.uuid4()),
        "Idempotency-Key": delivery.idempotency_key,
        "webhook-id": delivery.idempotency_key,
        "webhook-timestamp": timestamp,
    }
    if hook.token:
        headers["X-Gitlab-Token"] = hook.token
    if hook.signing_token:
        signed = signature(hook.signing_token, delivery.idempotency_key, timestamp, delivery.body)
        headers["webhook-signature"] = signed
    return headers


def alert_status(hook: Hook, now: datetime) -> str:
    """How the API names the state of a hook."""
    if hook.failures >= FAILURES_TO_STOP:
        return "disabled"
    return "temporarily_disabled" if hook.disabled_until and hook.disabled_until > now else "executable"


def note_outcome(hook: Hook, succeeded: bool, now: datetime) -> None:
    """Count a failure, with a pause that doubles from the fourth on; one success takes everything back."""
    if succeeded:
        hook.failures, hook.disabled_until = 0, None
        return
    hook.failures += 1
    doublings = hook.failures - FAILURES_TO_PAUSE
    if doublings >= 0:
        hook.disabled_until = now + min(timedelta(minutes=2 ** min(doublings, 20)), LONGEST_PAUSE)


@functools.cache
def _tls(verified: bool) -> ssl.SSLContext:
    # Reading the certificates takes longer than a delivery on this machine, so it is done once.
    return httpx.create_ssl_context(verify=verified, trust_env=False)


class HookSender:
    """A small pool of senders. Several at once, so the order of arrival is not the order of events."""

    def __init__(self, now: Callable[[], datetime] = machine_now) -> None:
        self.now = now
        self._changed = threading.Condition()
        self._pending = 0
        self._generation = 0
        self._last_event_id = 0
        self._chains: dict[str, tuple[set[int], float]] = {}
        self._pool: ThreadPoolExecutor | None = None

    @property
    def pending(self) -> int:
        """Deliveries that wait or are under way."""
        return self._pending

    def send(self, delivery: Delivery) -> None:
        """Deliver in the background, unless the hook is disabled or has fired in this chain of calls before."""
        with self._changed:
            hook = delivery.hook
            if alert_status(hook, self.now()) != "executable" or self._blocked(delivery.chain, hook):
                return
            self._pending += 1
            self._pool = self._pool or ThreadPoolExecutor(WORKERS, thread_name_prefix="sandbox-hooks")
            self._pool.submit(self._work, delivery, self._generation)

    def _blocked(self, chain: str | None, hook: Hook) -> bool:
        if chain is None:
            return False
        now = time.monotonic()
        fired, ends_at = self._chains.get(chain, (set(), now))
        if ends_at < now:
            fired = set()
        if hook.id in fired or len(fired) >= CHAIN_LENGTH:
            return True
        fired.add(hook.id)
        self._chains[chain] = (fired, now + CHAIN_SECONDS)
        return False

    def _work(self, delivery: Delivery, generation: int) -> None:
        try:
            if generation == self._generation:
                self.deliver(delivery)
        finally:
            with self._changed:
                self._pending -= generation == self._generation
                self._changed.notify_all()

    def deliver(self, delivery: Delivery) -> HookEvent:
        """Send now and write it to the hook's log, also when the hook is disabled; never raises for a bad answer."""
        headers = delivery_headers(delivery)
        with self._changed:
            self._last_event_id += 1
            event = HookEvent(
                self._last_event_id,
                delivery.hook.url,
                delivery.trigger,
                delivery.idempotency_key,
                headers,
                delivery.body,
            )
        started, succeeded = time.monotonic(), False
        try:
            # A connection of its own each time, as GitLab does.
            tls = _tls(delivery.hook.flags.get("enable_ssl_verification", True))
            with httpx.Client(trust_env=False, timeout=TIMEOUT_SECONDS, verify=tls) as client:
                answer = client.post(delivery.hook.url, content=delivery.body, headers=headers)
            event.response_status = str(answer.status_code)
            event.response_headers = dict(answer.headers)
            event.response_body = answer.text[:KEPT_BODY]
            succeeded = answer.is_success or answer.is_redirect
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            event.response_body = f"{type(error).__name__}: {error}"
        event.seconds = time.monotonic() - started
        with self._changed:
            note_outcome(delivery.hook, succeeded, self.now())
            delivery.hook.events = [*delivery.hook.events, event][-KEPT_EVENTS:]
        return event

    def wait_idle(self, timeout: float = 10.0) -> bool:
        """Wait until nothing is pending; False when that took longer than `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self._pending == 0, timeout)

    def reset(self) -> None:
        """Forget what is waiting; what is under way ends unseen."""
        with self._changed:
            self._generation += 1
            self._pending = 0
            self._chains = {}
            self._changed.notify_all()

    def close(self) -> None:
        """Stop the pool; a later delivery starts a new one."""
        self.reset()
        pool, self._pool = self._pool, None
        if pool:
            pool.shutdown(wait=False, cancel_futures=True)

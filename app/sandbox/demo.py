"""`triage demo`: a sandbox, the real service beside it, and the story played between them for people to watch."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

import httpx
from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from app.sandbox.server import SandboxServer
from app.sandbox.stage import PROJECT, Stage, View, person
from app.sandbox.story import START, STEPS, Step

SECRET = "demo-secret"  # of a hook between two processes of this machine, for as long as the demo lasts
ZONE = ZoneInfo("America/New_York")
PATIENCE = 15.0
QUIET = 1.5
HOOK = {
    "issues_events": True,
    "confidential_issues_events": True,
    "note_events": True,
    "confidential_note_events": True,
}
INTRO = """\
A small GitLab runs on this machine, and the triage service listens to it, as it would to yours. Now a request's \
life is played on the US East board. People act through GitLab's API; whatever the bot then does is its own doing. \
The clock is moved, so that a week takes a minute."""


class WentOtherwise(Exception):
    """The board is not as the story says; the differences are in the message, a line each."""


def play_demo(*, stay: bool, port: int = 0) -> int:
    """Plays the story; 0 when the board ended as told, else 1. With `stay`, keeps everything up until Ctrl-C."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the service is stopped as well
    console = Console(highlight=False)
    with (
        tempfile.TemporaryDirectory(prefix="triage-demo-") as folder,
        SandboxServer(port=port, at=START) as sandbox,
    ):
        service_port = free_port()
        log = Path(folder) / "service.log"
        with service(sandbox.url, service_port, Path(folder) / "triage.db", log):
            register(sandbox.url, service_port)
            stage = Stage(sandbox.url)
            code = _tell(console, stage, log)
            if stay:
                _stay(console, stage, service_port)
    return code


def _tell(console: Console, stage: Stage, log: Path) -> int:
    console.print(Panel(INTRO, title="Triage boards, a demo", border_style="blue"))
    seen: dict[str, View] = {}
    try:
        for number, step in enumerate(STEPS, start=1):
            _play(console, stage, step, number, seen)
    except WentOtherwise as error:
        console.print(f"\n[bold red]The board is not as told:[/]\n{error}")
        console.print(Text("The service's last lines:\n" + "\n".join(log.read_text().splitlines()[-15:])))
        return 1
    console.print(Panel(_ending(stage), title="As told", border_style="green"))
    return 0


def _play(console: Console, stage: Stage, step: Step, number: int, seen: dict[str, View]) -> None:
    local = step.at.astimezone(ZONE)
    console.print(f"\n[bold cyan]{number:>2}. {local:%A %H:%M}[/]  {step.tells}")
    stage.set_clock(step.at)
    step.does(stage)
    name = step.expect.name
    if step.quiet:
        time.sleep(QUIET)
    view = _wait(lambda: stage.view(name), step)
    before = seen.get(name, View("opened", frozenset(), frozenset(), {}))
    _show(console, before, view, silent=step.quiet)
    seen[name] = view


def _wait(look: Callable[[], View], step: Step) -> View:
    """The request once it is as expected. Raises WentOtherwise when it is not in time."""
    end = time.monotonic() + PATIENCE
    while True:
        view = look()
        differences = step.expect.differences(view)
        if not differences:
            return view
        if time.monotonic() > end:
            raise WentOtherwise("\n".join(f"- {line}" for line in differences))
        time.sleep(0.1)


def _show(console: Console, before: View, now: View, *, silent: bool) -> None:
    """What is different on the request: labels, assignees, state, the bot's comments."""
    for label in sorted(now.labels - before.labels):
        console.print(f"      [green]+ {label}[/]  [dim]by {now.movers.get(label, 'alice')}[/]")
    for label in sorted(before.labels - now.labels):
        console.print(f"      [red]- {label}[/]  [dim]by {now.movers.get(label, 'alice')}[/]")
    for name in sorted(now.assignees - before.assignees):
        console.print(f"      assigned to [b]{name}[/]")
    if now.state != before.state:
        console.print(f"      [b]{now.state}[/]")
    for key, body in now.notes.items():
        if before.notes.get(key) != body:
            title = (
                "the bot writes" if key not in before.notes else "the bot edits its comment, which now says"
            )
            shown = Markdown(_for_terminal(_fresh(before.notes.get(key, ""), body)))
            panel = Panel(shown, title=title, title_align="left", border_style="dim")
            console.print(Padding(panel, (0, 0, 0, 6)))
    if silent:
        console.print("      [dim]Nothing.[/]")


def _fresh(before: str, now: str) -> str:
    """The paragraphs that are new; the whole comment the first time."""
    known = set(before.split("\n\n"))
    return "\n\n".join(part for part in now.split("\n\n") if part not in known)


def _for_terminal(body: str) -> str:
    """The comment without the HTML that a terminal cannot fold."""
    body = re.sub(
        r"<details><summary>(.*?)</summary>.*?</details>", r"▸ *\1* (folded)", body, flags=re.DOTALL
    )
    return re.sub(r"</?sub>", "", body).replace("- [ ]", "- ☐")


def _ending(stage: Stage) -> str:
    lines = []
    for name, iid in stage.issues.items():
        view = stage.view(name)
        labels = ", ".join(sorted(view.labels)) or "no label"
        lines.append(f"#{iid} {view.state}, {labels}, assigned to {', '.join(view.assignees) or 'nobody'}")
    return "\n".join(lines)


def _stay(console: Console, stage: Stage, service_port: int) -> None:
    console.print("\nEverything is still up. Look at the requests:")
    for iid in stage.issues.values():
        console.print(f"  {stage.url}/{PROJECT}/-/issues/{iid}", soft_wrap=True)
    console.print(f"The board's project: {stage.url}/{PROJECT}", soft_wrap=True)
    console.print(f"The service: http://127.0.0.1:{service_port}/readyz")
    console.print(
        "The sandbox's API takes the tokens sandbox-alice, sandbox-sam, sandbox-sofia, sandbox-maria.",
        soft_wrap=True,
    )
    console.print("Ctrl-C ends it.")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        console.print("\nGood-bye.")


def register(url: str, service_port: int) -> None:
    root = person(url, "root")
    for project in root.projects.list(get_all=True):
        hook = {"url": f"http://127.0.0.1:{service_port}/hooks/gitlab", "token": SECRET, **HOOK}
        root.projects.get(project.id, lazy=True).hooks.create(hook)


@contextmanager
def service(
    url: str, port: int, database: Path, log: Path, more: Mapping[str, str] = MappingProxyType({})
) -> Iterator[None]:
    """`triage serve` as it runs anywhere: a process of its own, told everything by its environment."""
    command = [sys.executable, "-m", "app", "serve", "--port", str(port)]
    with log.open("wb") as out:
        told = environment(url, database) | dict(more)
        process = subprocess.Popen(command, env=told, stdout=out, stderr=subprocess.STDOUT)
        try:
            _wait_until_up(process, port, log)
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()


def environment(url: str, database: Path) -> dict[str, str]:
    """What the commands beside that sandbox are told."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("TRIAGE_")},
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
        "TRIAGE_RULES": str(Path(__file__).parents[2] / "rules"),
        "TRIAGE_GITLAB_URL": url,
        "TRIAGE_GITLAB_TOKEN": "sandbox-triage-bot",
        "TRIAGE_WEBHOOK_SECRET": SECRET,
        "TRIAGE_DATABASE_URL": f"sqlite:///{database}",
        "TRIAGE_CLOCK": "sandbox",
    }


def _wait_until_up(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        try:
            httpx.get(f"http://127.0.0.1:{port}/livez", trust_env=False).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"the service did not start:\n{log.read_text()}")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])

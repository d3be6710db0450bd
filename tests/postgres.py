"""A throw-away PostgreSQL for the tests: in a folder of its own, on a unix socket, with fsync on."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg

MISSING = "PostgreSQL's programs are not installed (apt-get install postgresql)"
SETTINGS = {"listen_addresses": "", "fsync": "on", "max_connections": "60", "shared_buffers": "32MB"}


def programs() -> Path | None:
    """Where `initdb` and `pg_ctl` are, the newest version's; None when they are not installed."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    return installed[-1].parent if installed else None


class Cluster:
    """One server. It refuses to run as root, so that it runs as the user `postgres` then."""

    def __init__(self) -> None:
        found = programs()
        assert found, MISSING
        self._programs = found
        self.folder = Path(tempfile.mkdtemp(prefix="triage-pg-", dir="/tmp"))
        self._as: list[str] = []
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
            self._as = ["runuser", "-u", "postgres", "--"]
        self._run("initdb", "--auth=trust", "--username=triage", "--encoding=UTF8", "--locale=C", "--no-sync")
        self.start()
        self._made = 0

    def start(self) -> None:
        settings = {**SETTINGS, "unix_socket_directories": str(self.folder)}
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        self._run("pg_ctl", "--wait", "--log", str(self.folder / "log"), "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """`fast` ends every session; `immediate` is a crash."""
        self._run("pg_ctl", "--wait", f"--mode={mode}", "stop")

    def restart(self, mode: str = "fast") -> None:
        self.stop(mode)
        self.start()

    def new_database(self, template: str = "template0") -> str:
        """The URL of a new database, a copy of the template."""
        self._made += 1
        name = f"triage_{self._made}"
        with psycopg.connect(
            host=str(self.folder), user="triage", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return f"postgresql://triage@/{name}?host={self.folder}"

    def close(self) -> None:
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as, str(self._programs / program), "-D", str(self.folder / "data"), *arguments]
        # The server keeps what it inherits: with a pipe, this would wait for its end.
        with (self.folder.parent / f"{self.folder.name}.out").open("w+") as out:
            done = subprocess.run(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd="/tmp")
            out.seek(0)
            assert done.returncode == 0, f"{program}: {out.read()}"
        Path(out.name).unlink(missing_ok=True)

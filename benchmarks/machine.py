"""What a benchmark runs on, for the first line of what it prints."""

import os
import platform
import sqlite3
import timeit
from pathlib import Path

ADDITIONS = 1_000_000


def machine() -> str:
    """What this runs on, as far as it tells; and how fast it counts now, since Python is not built alike everywhere,
    and a virtual machine is not as fast at one moment as at another."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    counting = min(timeit.repeat("for i in range(n): x + i", f"n, x = {ADDITIONS}, 0", number=1, repeat=5))
    return (
        f"{os.cpu_count()} cores, {model or platform.machine()}, {pages / 2**30:.0f} GB, "
        f"load {os.getloadavg()[0]:.1f}; {platform.system()}; "
        f"{platform.python_implementation()} {platform.python_version()}, SQLite {sqlite3.sqlite_version}; "
        f"a million additions take {1000 * counting:.0f} ms"
    )

"""What a benchmark runs on, for the first line of what it prints."""

import os
import platform
import sqlite3
from pathlib import Path


def machine() -> str:
    """What this runs on, as far as it tells."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return (
        f"{os.cpu_count()} cores, {model or platform.machine()}, {pages / 2**30:.0f} GB, "
        f"load {os.getloadavg()[0]:.1f}; {platform.system()}; "
        f"{platform.python_implementation()} {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )

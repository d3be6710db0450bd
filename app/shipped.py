"""Where the rules and templates stand that come with the program, to be used and for `triage init` to copy.

In an installed package they are in `triage_shipped`, beside the package; in a checkout in its own folders. The image
has them as a package has, and once more at /policy, where it works with them.
"""

from pathlib import Path

import app
from app.errors import ConfigError

FOLDERS = ("rules", "issue_templates", "templates")
PACKAGED = "triage_shipped"
IGNORED = frozenset({"__pycache__"})


def default_rules() -> Path:
    """`rules` where the command is run, else the rules that stand beside the code."""
    here = Path("rules")
    beside = Path(__file__).parent.parent / "rules"
    return here if here.is_dir() or not beside.is_dir() else beside


def shipped_folder() -> Path:
    """The folder that holds them. Errors: ConfigError where the installation lacks them."""
    beside = Path(app.__file__).parent.parent
    for folder in (beside / PACKAGED, beside):
        if all((folder / name).is_dir() for name in FOLDERS):
            return folder
    raise ConfigError(f"this installation came without its rules ({beside / PACKAGED}); install triage again")


def shipped_texts() -> dict[str, str]:
    """Their texts by path."""
    root = shipped_folder()
    found = [path for name in FOLDERS for path in sorted((root / name).rglob("*")) if path.is_file()]
    return {
        path.relative_to(root).as_posix(): path.read_bytes().decode("utf-8")
        for path in found
        if not IGNORED & {*path.parts} and not path.name.startswith(".")
    }

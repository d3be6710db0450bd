"""Every kind of fault that `triage rules check` knows, each by a code that stays. A new one is an entry in the file of
its kind; a number that was used once means nothing else later."""

from types import ModuleType

from app.core.codes import behaviour, files, gitlab, names
from app.core.codes.code import Code, Level

__all__ = ["CODES", "Code", "Level", "behaviour", "files", "gitlab", "names"]


def _of(module: ModuleType) -> list[Code]:
    return [value for value in vars(module).values() if isinstance(value, Code)]


# By number.
CODES: dict[str, Code] = {
    code.id: code
    for code in sorted(
        (code for module in (files, names, behaviour, gitlab) for code in _of(module)),
        key=lambda code: code.id,
    )
}

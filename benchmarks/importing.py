"""How much of real policies of gitlab-triage is taken: `python -m benchmarks.importing [FOLDER]`. See README.md."""

import argparse
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from app.core.importing.mapping import Import, imported
from app.core.importing.source import read
from app.rulebook import load

ROOT = Path(__file__).parent.parent
FOLDER = ROOT.parent.parent / "shared" / "corpus" / "policies"
TARGET = 75
# What was found wrong in the 25 files by hand, before there was a program for it: file, code, lines.
BY_HAND = (
    ("gnutls__gnutls.yml", "GLT002", (56,)),
    ("FreeRDP__Remmina.yml", "GLT002", (94,)),
    ("openconnect__ocserv.yml", "GLT002", (25,)),
    ("sprainbrains__whisperfish.yml", "GLT002", (129, 147)),
    ("aivero__cicd.yml", "GLT003", (47,)),
    ("aivero__contrib.yml", "GLT003", (36,)),
    ("lpuv__cool-rails-app.yml", "GLT003", (15,)),
    ("wemake-services__kira-stale.yml", "GLT003", (134,)),
    ("MadeByThePinsHub__handbook.yml", "GLT001", (41,)),
    ("MadeByThePinsHub__handbook.yml", "GLT006", (37,)),
    ("sprainbrains__whisperfish.yml", "GLT001", (31, 50)),
    ("MadeByThePinsHub__handbook.yml", "GLT004", (13,)),
    ("gitlabhq__gitlab-runner.yml", "GLT004", (7,)),
    ("lpuv__cool-rails-app.yml", "GLT004", (12,)),
    ("openconnect__ocserv.yml", "GLT004", (33,)),
    ("FreeRDP__Remmina.yml", "GLT005", (7, 25, 43, 96)),
    ("GNOME__network-manager-applet.yml", "GLT005", (9, 23, 49)),
    ("giftnuss__foodsharing.yml", "GLT005", (31,)),
    ("gitlabhq__gitlab-runner.yml", "GLT005", (121,)),
    ("gnutls__gnutls.yml", "GLT005", (38, 58)),
    ("manoelpqueiroz__galactipy.yml", "GLT005", (41,)),
    ("nkming2__nc-photos.yml", "GLT005", (27,)),
    ("openconnect__ocserv.yml", "GLT005", (7, 27)),
    ("ulrikpedersen__automatic-carnival.yml", "GLT005", (27, 63)),
    ("wemake-services__kira-stale.yml", "GLT005", (61,)),
)


def looked_at(folder: Path) -> list[Import]:
    """Every file of the folder beside boards that have no rules yet."""
    bare = replace(load(ROOT / "rules", examples=False), rules=())
    files = sorted(path for path in folder.iterdir() if path.suffix in (".yml", ".yaml"))
    return [imported(read(path.read_text(encoding="utf-8"), path.name), bare, "us-east") for path in files]


def table(found: list[Import]) -> list[str]:
    """One line for each file, and the sum."""
    head = ("file", "whole", "changed", "left out", "not taken", "faults")
    rows = []
    for each in found:
        counts = Counter(one.outcome for one in each.rules)
        numbers = (
            counts["whole"],
            counts["changed"],
            counts["left out"],
            len(each.not_taken),
            len(each.faults),
        )
        rows.append((each.file, *map(str, numbers)))
    sums = [str(sum(int(row[n]) for row in rows)) for n in range(1, 6)]
    lines = [(*head,), *rows, ("all", *sums)]
    return [f"{line[0]:42}" + "".join(f"{cell:>10}" for cell in line[1:]) for line in lines]


def missed(found: list[Import]) -> list[str]:
    """What was found by hand, in files that are here, and was not found now."""
    there = {(each.file, fault.code, fault.problem.line) for each in found for fault in each.faults}
    files = {each.file for each in found}
    wanted = [(file, code, line) for file, code, lines in BY_HAND for line in lines if file in files]
    return [f"{file}:{line} {code}" for file, code, line in wanted if (file, code, line) not in there]


def main() -> int:
    """Prints the table, each rule that is not whole with its reasons, and the faults; 1 below the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    parser.add_argument("--brief", action="store_true", help="Only the table and the shares.")
    asked = parser.parse_args()
    if not asked.folder.is_dir():
        print(f"There is no folder {asked.folder}; name one with policies of gitlab-triage.")
        return 0
    began = time.perf_counter()
    found = looked_at(asked.folder)
    rules = [one for each in found for one in each.rules]
    print("\n".join(table(found)))
    for each in () if asked.brief else found:
        for one in each.rules:
            for problem in one.found.lacking:
                print(f"left out  {each.file}:{one.policy.line} {one.policy.name}\n          {problem}")
        for one in each.rules:
            for problem in () if one.found.lacking else one.found.changed:
                print(f"changed   {problem}")
        for fault in each.faults:
            print(f"{fault.code}    {fault.problem}")
    codes = Counter(fault.code for each in found for fault in each.faults)
    outcomes = Counter(one.outcome for one in rules)
    shares = [100 * outcomes["whole"] / len(rules), 100 * (1 - outcomes["left out"] / len(rules))]
    print(f"\nfaults by code: {', '.join(f'{code} {n}' for code, n in sorted(codes.items()))}")
    print(
        f"with an example that fires: {sum(one.fires for one in rules)} of {sum(bool(o.text) for o in rules)}"
    )
    print(f"{len(rules)} rules of issues in {len(found)} files, {time.perf_counter() - began:.1f} s")
    print(
        f"mapped whole: {shares[0]:.0f} %; with those of a changed meaning: {shares[1]:.0f} % (wanted {TARGET} %)"
    )
    lost = missed(found)
    print("\nfound by hand before there was a program for it:")
    for file, code, lines in BY_HAND:
        print(f"  {file:42}{code}  {', '.join(map(str, lines))}")
    print(f"found by hand, and not now: {', '.join(lost) or 'nothing'}")
    return 0 if shares[0] >= TARGET and not lost else 1


if __name__ == "__main__":
    sys.exit(main())

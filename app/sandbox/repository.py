"""A project's repository: commits that each hold all files as texts, and branches that name one. No HTTP here."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

FIRST = "main"


class Unfit(Exception):
    """The commit cannot be made; the message is GitLab's own."""


@dataclass(frozen=True, eq=False)
class Commit:
    """`files` are all files by path after it; `parents` the commits before it, of a merge two."""

    message: str
    author: str
    at: datetime
    files: Mapping[str, str]
    parents: "tuple[Commit, ...]" = ()

    @property
    def id(self) -> str:
        """A stand-in for Git's own id: of the same length, and the same for the same commit."""
        digest = hashlib.sha1(f"{self.message}\0{self.author}\0{self.at}".encode(), usedforsecurity=False)
        for text in (*(parent.id for parent in self.parents), *map(str, sorted(self.files.items()))):
            digest.update(text.encode())
        return digest.hexdigest()

    def touches(self, path: str) -> bool:
        """Whether the file is another one than in every commit before."""
        return all(parent.files.get(path) != self.files.get(path) for parent in self.parents) and (
            bool(self.parents) or path in self.files
        )

    def line(self) -> "Iterator[Commit]":
        """This commit and those before it, newest first, each once."""
        seen: dict[str, Commit] = {}
        waiting = [self]
        while waiting:
            commit = waiting.pop()
            if commit.id not in seen:
                seen[commit.id] = commit
                waiting += commit.parents
        yield from sorted(seen.values(), key=lambda commit: commit.at, reverse=True)


@dataclass(slots=True, eq=False)
class Repository:
    """Empty without branches. The first branch becomes the default one, and is protected, as in a new group."""

    branches: dict[str, Commit] = field(default_factory=dict)
    default: str | None = None
    protected: set[str] = field(default_factory=set)

    def files(self, ref: str | None = None) -> Mapping[str, str] | None:
        """The files of a branch (of the default one), or of a commit by its id; None where there is no such thing."""
        found = self.find(ref)
        return None if found is None else found.files

    def find(self, ref: str | None = None) -> Commit | None:
        """The commit that a branch's name or an id stands for; HEAD and None are the default branch."""
        name = self.default if ref in (None, "", "HEAD") else ref
        if name is None:
            return None
        if name in self.branches:
            return self.branches[name]
        lines = (commit for tip in self.branches.values() for commit in tip.line())
        return next((commit for commit in lines if commit.id == name), None)

    def commit(
        self, branch: str, commit: "tuple[str, str, datetime]", changes: list[dict[str, str]], start: str = ""
    ) -> Commit:
        """A new commit on a branch: its message, author and time, and what is done to which file.

        A branch is made from `start`; in an empty repository it is made of nothing. Errors: Unfit.
        """
        if start and branch in self.branches:
            raise Unfit(
                f"A branch called '{branch}' already exists. Switch to that branch in order to make changes"
            )
        before = self.branches.get(start or branch)
        if before is None and self.branches:
            raise Unfit("You can only create or edit files when you are on a branch")
        files = dict(before.files if before else {})
        for change in changes:
            _change(files, change)
        made = Commit(*commit, files, (before,) if before else ())
        self.put(branch, made)
        return made

    def put(self, branch: str, commit: Commit) -> None:
        """The branch names that commit from now on."""
        if not self.branches:
            self.default = branch
            self.protected.add(branch)
        self.branches[branch] = commit

    def merge(
        self, source: str, target: str, commit: "tuple[str, str, datetime]", squash: str = ""
    ) -> Commit:
        """The source's changes since the two parted, on the target; with `squash` as one commit of that title."""
        ours, theirs = self.branches[target], self.branches[source]
        known = {each.id for each in ours.line()}
        base = next((each for each in theirs.line() if each.id in known), None)
        if squash:
            theirs = Commit(squash, commit[1], commit[2], theirs.files, (base,) if base else ())
        was = base.files if base else {}
        changed = {p for p in {*was, *theirs.files} if was.get(p) != theirs.files.get(p)}
        files = {p: text for p, text in ours.files.items() if p not in changed}
        files |= {p: theirs.files[p] for p in changed if p in theirs.files}
        self.branches[target] = Commit(*commit, files, (ours, theirs))
        return self.branches[target]


def _change(files: dict[str, str], change: dict[str, str]) -> None:
    """Source of the messages: https://docs.gitlab.com/api/commits/ and GitLab's lib/gitlab/git/index.rb"""
    path, action = change["file_path"].removeprefix("/"), change["action"]
    match action:
        case "create":
            if path in files:
                raise Unfit("A file with this name already exists")
            files[path] = change.get("content", "")
        case "update" | "delete":
            if path not in files:
                raise Unfit("A file with this name doesn't exist")
            if action == "update":
                files[path] = change.get("content", "")
            else:
                del files[path]
        case _:
            raise Unfit(f"Unknown action '{action}'")

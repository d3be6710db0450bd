"""What the environment says: where things are and with which secret. Read once; wrong means a refusal to start."""

import os
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.errors import ConfigError
from app.masking import remember
from app.secret_files import FILE, read_secret_files
from app.shipped import default_rules

PREFIX = "TRIAGE_"
SECRETS = ("gitlab_token", "setup_token", "webhook_secret", "webhook_signing_token", "database_url")

HINTS = {
    "gitlab_url": "set TRIAGE_GITLAB_URL to the address of your GitLab, such as https://gitlab.example.com",
    "gitlab_token": "set TRIAGE_GITLAB_TOKEN to an access token of the bot with scope `api`",
}


Kind = TypeVar("Kind", bound="DatabaseSettings")


class DatabaseSettings(BaseSettings):
    """What commands need that touch the database only. Not shown in a repr, since the URL may hold a password."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", hide_input_in_errors=True)

    database_url: str = Field("sqlite:///triage.db", repr=False)
    attempts: int = Field(10, ge=1)


class Settings(DatabaseSettings):
    """The `TRIAGE_*` variables. Secrets are never shown in a repr, nor is the database's URL, which may hold one."""

    gitlab_url: str
    gitlab_token: SecretStr
    webhook_secret: SecretStr | None = None
    webhook_signing_token: SecretStr | None = None
    rules: Path = Field(default_factory=default_rules)
    bot_users: Annotated[frozenset[str], NoDecode] = frozenset()
    clock: Literal["system", "sandbox"] = "system"
    requests_per_minute: int = Field(default=600, ge=60)
    notes_per_minute: int = Field(default=50, ge=1)
    issue_writes: int = Field(default=20, ge=1)
    issue_window_minutes: int = Field(default=10, ge=1, le=1440)

    @field_validator("gitlab_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        """Without a secret in it: the address stands in error messages. What is wrong is not shown for that reason."""
        try:
            parts = urlsplit(value.strip())
            _ = parts.port
        except ValueError:
            raise ValueError("it is no address") from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("it is no http or https address")
        if parts.username is not None or parts.query or parts.fragment:
            raise ValueError("it holds more than an address; the token goes into TRIAGE_GITLAB_TOKEN")
        return value.strip().rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _is_something(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("it is empty; leave it out for a SQLite file here")
        return value.strip()

    @field_validator("gitlab_token", "webhook_secret", "webhook_signing_token", mode="before")
    @classmethod
    def _is_a_secret(cls, value: object) -> object:
        """Without the newline that files and secret stores add; nothing that a header cannot carry."""
        if not isinstance(value, str):
            return value
        kept = value.strip()
        if not kept:
            raise ValueError("it is empty")
        if any(c.isspace() or not c.isprintable() for c in kept):
            raise ValueError("it holds spaces or control characters; copy it whole, and nothing else")
        return kept

    @field_validator("gitlab_token")
    @classmethod
    def _is_a_token(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().isascii():
            raise ValueError("it holds characters that no token has; copy it again")
        return value

    @field_validator("bot_users", mode="before")
    @classmethod
    def _split_names(cls, value: object) -> object:
        if isinstance(value, str):
            return frozenset(name.strip().lstrip("@") for name in value.split(",") if name.strip())
        return value


class SetupSettings(Settings):
    """What `triage setup` alone needs: a token that may do more than the bot's, and where events are to go."""

    setup_token: SecretStr | None = None
    public_url: str = ""

    @field_validator("setup_token", mode="before")
    @classmethod
    def _is_a_secret_too(cls, value: object) -> object:
        return cls._is_a_secret(value)


def read_settings() -> Settings:
    """The settings, or ConfigError that names every variable that is missing or wrong.

    A secret may stand in a file: `TRIAGE_GITLAB_TOKEN_FILE` names it in place of `TRIAGE_GITLAB_TOKEN`.
    """
    return _read(Settings)


def read_setup_settings() -> SetupSettings:
    """The same for `triage setup`."""
    return _read(SetupSettings)


def read_database_settings() -> DatabaseSettings:
    """What is set of the database alone, with errors as above."""
    return _read(DatabaseSettings)


def _read(kind: type[Kind]) -> Kind:
    secrets = [name for name in SECRETS if name in kind.model_fields]
    kept, faults = read_secret_files(os.environ, PREFIX, secrets)
    told = {fault.partition(FILE + ":")[0] for fault in faults}
    settings: Kind | None = None
    try:
        settings = kind(**kept)  # type: ignore[arg-type]
    except ValidationError as error:
        for fault in error.errors(include_input=False, include_url=False, include_context=False):
            name = str(fault["loc"][0]) if fault["loc"] else "environment"
            if f"{PREFIX}{name.upper()}" in told:
                continue
            hint = HINTS.get(name, "")
            what = "is not set" if fault["type"] == "missing" else fault["msg"].removeprefix("Value error, ")
            source = FILE if name in kept else ""
            faults.append(f"{PREFIX}{name.upper()}{source}: {what}" + (f"; {hint}" if hint else ""))
    if faults or settings is None:
        raise ConfigError("\n".join(faults)) from None
    _remember(settings)
    return settings


def _remember(settings: DatabaseSettings) -> None:
    """Tells what must never be said, whatever GitLab or a database answers."""
    found = (getattr(settings, name, None) for name in SECRETS)
    remember(*(secret.get_secret_value() for secret in found if isinstance(secret, SecretStr)))
    try:
        password = urlsplit(settings.database_url).password
    except ValueError:  # what is wrong with it is told when it is opened
        return
    remember(password, unquote(password) if password else None)

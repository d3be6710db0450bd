"""How the service logs: one JSON object per line, or something for people on a terminal. Says nothing itself."""

import logging
import sys
from typing import TextIO

import structlog

from app.core.text import steady
from app.masking import masked


def set_up_log(stream: TextIO | None = None) -> None:
    """All log lines go to `stream` (stderr); the libraries' own only from warnings on."""
    out = stream or sys.stderr
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,  # a plain traceback: one with local variables shows secrets
    ]
    shared.append(_harmless)
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if out.isatty() else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(out),
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            foreign_pre_chain=shared,
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def _harmless(_logger: object, _name: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Errors may hold what GitLab or people wrote: none of it steers a terminal, or shows a secret."""
    return {name: masked(steady(value)) if isinstance(value, str) else value for name, value in line.items()}

"""Log lines carry account, PBX and window through a context; numbers and tokens are masked before they are written."""

from __future__ import annotations

import contextlib
import contextvars
import logging
import re
from collections.abc import Iterator

_CONTEXT: contextvars.ContextVar[dict[str, str]] = contextvars.ContextVar("trunkline_log")
# A phone number is a plus with 7 digits or more, maybe in groups, or 7 digits or more in a row that are no part of
# a time, a version or an id; a token is a long run of URL-safe base64, or what follows its name.
_NUMBER = re.compile(r"\+\d(?:[ ()-]{0,2}\d){6,14}|(?<![\w.-])(?<!\d:)\d{7,15}(?![\w-]|[:.]\d)")
_TOKEN = re.compile(
    r"eyJ[\w-]{8,}\.[\w-]+\.[\w-]*|(?i:bearer|secret|password|token)[\"']?(?:=|:\s*|\s+)[\"']?[^\s,;&\"']+"
)


@contextlib.contextmanager
def context(**fields: str) -> Iterator[None]:
    """Adds `account`, `pbx`, `window`, … to every line logged inside."""
    token = _CONTEXT.set({**_CONTEXT.get({}), **fields})
    try:
        yield
    finally:
        _CONTEXT.reset(token)


def redact(text: str) -> str:
    """`text` without tokens, and with all but the last three digits of phone numbers hidden."""
    text = _TOKEN.sub("[secret]", text)
    return _NUMBER.sub(lambda match: "•" * (len(match[0]) - 3) + match[0][-3:], text)


def guard() -> None:
    """Redacts every record made in this process from now on, whoever formats it: Prefect's own lines too."""
    factory = logging.getLogRecordFactory()
    if getattr(factory, "redacts", False):
        return

    def redacting(*args: object, **kwargs: object) -> logging.LogRecord:
        record = factory(*args, **kwargs)
        record.msg, record.args = redact(record.getMessage()), ()
        if record.exc_info and record.exc_info[0]:
            record.exc_text = redact(logging.Formatter().formatException(record.exc_info))
        return record

    redacting.redacts = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(redacting)


class _Redacting(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        where = " ".join(f"{key}={value}" for key, value in _CONTEXT.get({}).items())
        return redact(super().format(record) + (f" [{where}]" if where else ""))


def configure(verbosity: int) -> None:
    """Plain lines on standard error: warnings, or more with `-v`; httpx's own lines hold numbers and stay off."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Redacting("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    logger = logging.getLogger("trunkline")
    logger.handlers[:] = [handler]
    logger.propagate = False
    logger.setLevel({0: logging.WARNING, 1: logging.INFO}.get(verbosity, logging.DEBUG))
    for noisy in ("httpx", "httpcore", "stamina", "obstore"):
        logging.getLogger(noisy).setLevel(logging.ERROR)

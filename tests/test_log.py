from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from trunkline import log


@pytest.fixture
def lines() -> Iterator[logging.Logger]:
    """The logger, to be configured inside the test; what it was before comes back."""
    logger = logging.getLogger("trunkline")
    before = (logger.handlers[:], logger.propagate, logger.level)
    yield logger
    logger.handlers[:], logger.propagate, level = before
    logger.setLevel(level)


def test_a_line_carries_the_context_it_was_logged_in(lines: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(1)
    with log.context(account="acme"):
        with log.context(pbx="acme-main", window="2026-09-14T00:00:00Z–2026-09-15T00:00:00Z"):
            lines.warning("inner")
        lines.warning("outer")
    lines.warning("outside")
    inner, outer, outside = capsys.readouterr().err.splitlines()
    assert inner.endswith("WARNING inner [account=acme pbx=acme-main window=2026-09-14T00:00:00Z–2026-09-15T00:00:00Z]")
    assert outer.endswith("WARNING outer [account=acme]")
    assert outside.endswith("WARNING outside")


def test_nothing_secret_reaches_a_line_not_even_in_a_traceback(
    lines: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    log.configure(1)
    try:
        raise ValueError("GET /?access_token=abcdef for +61412345678")
    except ValueError:
        lines.exception("failed for %s", "0412345678")
    text = capsys.readouterr().err
    assert "ValueError" in text
    assert not any(secret in text for secret in ("abcdef", "+61412345678", "0412345678"))


def test_verbosity(lines: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(0)
    lines.info("quiet")
    log.configure(1)
    lines.info("told")
    lines.debug("too much")
    assert [line.split()[-1] for line in capsys.readouterr().err.splitlines()] == ["told"]


@pytest.mark.parametrize(
    "text",
    [
        "called +61412345678.",
        "tel:+61412345678",
        "caller +61 412 345 678 rang",
        '{"phone":"+61412345678"}',
        "0412345678, then",
        "from=0412345678",
        "(61412345678)",
        "number:0412345678",
    ],
)
def test_a_phone_number_is_redacted_wherever_it_stands(text: str) -> None:
    shown = log.redact(text)
    assert "2345" not in shown.replace(" ", "")
    assert "•678" in shown.replace(" ", "")


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer s3cr3tvalue",
        "bearer s3cr3tvalue",
        "client_secret=s3cr3tvalue&grant_type=x",
        "password: s3cr3tvalue",
        '{"password": "s3cr3tvalue"}',
        "{'client_secret': 's3cr3tvalue'}",
        "?access_token=s3cr3tvalue",
        "eyJhbGciOiJFUzI1NiJ9.s3cr3tvalue.sig",
    ],
)
def test_a_token_is_redacted_wherever_it_stands(text: str) -> None:
    assert "s3cr3tvalue" not in log.redact(text)
    assert "[secret]" in log.redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "20.0.10.1621 at 2026-09-14T10:00:00.123456Z",
        "id 00000000-01dc-23c0-1234-123412345678",
        "127.0.0.1:54321",
        "10:00:00+09:30",
        "recording 63214 of extension 101",
    ],
)
def test_times_versions_and_ids_stay_readable(text: str) -> None:
    assert log.redact(text) == text

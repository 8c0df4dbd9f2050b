from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from trunkline.errors import ConfigError
from trunkline.secrets import SecretRef, reveal

REFERENCE: TypeAdapter[str] = TypeAdapter(SecretRef)


@pytest.mark.parametrize("text", ["env:ACME_SECRET", "file:secrets/acme", "file:/run/secrets/acme", "prefect:acme-pbx"])
def test_a_reference_says_where_a_secret_is_kept(text: str) -> None:
    assert REFERENCE.validate_python(text) == text


@pytest.mark.parametrize("text", ["hunter2", "", "env:", "env: X", "ENV:ACME", "vault:acme", "xenv:ACME", "env"])
def test_anything_else_is_taken_for_a_literal(text: str) -> None:
    with pytest.raises(ValidationError, match="is a literal secret; write env:NAME, file:PATH or prefect:BLOCK"):
        REFERENCE.validate_python(text)


def test_a_variable_is_read_when_it_is_needed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ACME_SECRET", "pa:ss word")
    assert reveal("env:ACME_SECRET", tmp_path, "key").get_secret_value() == "pa:ss word"


def test_a_file_is_relative_to_the_config_and_loses_its_line_end(tmp_path: Path) -> None:
    (tmp_path / "acme").write_text("pässword \n", encoding="utf-8")
    assert reveal("file:acme", tmp_path, "key").get_secret_value() == "pässword"
    assert reveal(f"file:{tmp_path / 'acme'}", Path("/nowhere"), "key").get_secret_value() == "pässword"


def test_a_secret_is_not_shown_when_it_is_printed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ACME_SECRET", "hunter2")
    secret = reveal("env:ACME_SECRET", tmp_path, "key")
    assert "hunter2" not in f"{secret} {secret!r}"


@pytest.mark.parametrize(
    ("reference", "mend"),
    [
        ("env:ABSENT", "set ABSENT in the environment, or in the file .env beside the config"),
        ("env:EMPTY", "set EMPTY in the environment, or in the file .env beside the config"),
        ("file:absent", "create the file absent with the secret as its only line"),
        ("file:empty", "create the file empty with the secret as its only line"),
        ("file:folder", "create the file folder with the secret as its only line"),
    ],
)
def test_what_is_absent_or_empty_is_an_error_with_its_mend(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, reference: str, mend: str
) -> None:
    monkeypatch.delenv("ABSENT", raising=False)
    monkeypatch.setenv("EMPTY", "")
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigError) as missing:
        reveal(reference, tmp_path, "PBX acme-main, password")
    assert (missing.value.message, missing.value.mend) == (
        f"PBX acme-main, password: {reference} is not set",
        mend,
    )

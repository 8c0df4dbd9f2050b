from __future__ import annotations

from pathlib import Path

import pytest

from trunkline.errors import ConfigError
from trunkline.secrets import reveal


def test_a_secret_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_SECRET", "hunter2")
    secret = reveal("env:ACME_SECRET", tmp_path, "PBX acme, client_secret")
    assert secret.get_secret_value() == "hunter2"
    assert "hunter2" not in f"{secret} {secret!r}"


def test_a_secret_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("hunter2\n")
    assert reveal("file:token", tmp_path, "k").get_secret_value() == "hunter2"
    assert reveal(f"file:{tmp_path / 'token'}", Path("/"), "k").get_secret_value() == "hunter2"


@pytest.mark.parametrize(
    ("reference", "mend"),
    [
        ("env:ACME_ABSENT", "set ACME_ABSENT in the environment"),
        ("env:ACME_EMPTY", "set ACME_EMPTY in the environment"),
        ("file:absent", "create the file absent"),
        ("file:empty", "create the file empty"),
    ],
)
def test_an_absent_secret_names_the_key_and_the_step(
    reference: str, mend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ACME_ABSENT", raising=False)
    monkeypatch.setenv("ACME_EMPTY", "")
    (tmp_path / "empty").write_text(" \n")
    with pytest.raises(ConfigError, match=f"^PBX acme, password: {reference} is not set — {mend}"):
        reveal(reference, tmp_path, "PBX acme, password")

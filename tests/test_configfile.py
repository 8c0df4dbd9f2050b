from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from trunkline.configfile import account_ids, find, load
from trunkline.errors import ConfigError

AGENCY = """
[agency]
id = "northwind"
name = "Northwind Digital"
timezone = "Australia/Adelaide"
country = "AU"
"""
ACME = """
[[account]]
id = "acme"
name = "Acme Dental"
timezone = "Australia/Adelaide"
country = "AU"

  [[account.pbx]]
  id = "acme-main"
  url = "https://acme.my3cx.example"
  client_id = "900"
  client_secret = "env:ACME_PBX_SECRET"
"""
BAY = ACME.replace("acme", "bay").replace("Acme", "Bay").replace("ACME", "BAY")

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to(text: str, name: str = "trunkline.toml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return to


def refusal(path: Path) -> str:
    with pytest.raises(ConfigError) as refused:
        load(path)
    return refused.value.message


def test_a_file_is_read_with_its_accounts(write: Write) -> None:
    path = write(AGENCY + ACME)
    config = load(path)
    assert [(account.id, [pbx.id for pbx in account.pbx]) for account in config.account] == [("acme", ["acme-main"])]
    assert config.path == path


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('country = "AU"\n\n  [[', 'country = "AU"\ncolour = "red"\n\n  [[', "account[acme].colour"),
        ('client_id = "900"', 'client_id = "900"\n  colour = "red"', "account[acme].pbx[acme-main].colour"),
        ("[[account]]", '[store]\ncolour = "red"\n[[account]]', "store.colour"),
        ("[[account]]", '[colour]\nred = 1\n[[account]]', "colour"),
    ],
)
def test_an_unknown_key_is_named_with_its_file(write: Write, old: str, new: str, key: str) -> None:
    path = write(AGENCY + ACME.replace(old, new, 1))
    assert refusal(path) == f"{path}: {key}: unknown key"


def test_a_literal_secret_is_refused_by_its_key_and_never_shown(write: Write) -> None:
    path = write(AGENCY + ACME.replace("env:ACME_PBX_SECRET", "hunter2hunter2"))
    with pytest.raises(ConfigError) as refused:
        load(path)
    assert refused.value.message == (
        f"{path}: account[acme].pbx[acme-main].client_secret: "
        "is a literal secret; write env:NAME, file:PATH or prefect:BLOCK instead"
    )
    assert "hunter2" not in repr(refused.value) + str(refused.value) + repr(refused.value.__cause__)


def test_several_mistakes_are_all_named(write: Write) -> None:
    path = write(AGENCY.replace("AU", "Australia") + ACME.replace('"https://acme', '"http://acme'))
    message = refusal(path)
    assert "agency.country: 'Australia' is no country" in message
    assert "account[acme].pbx[acme-main].url: http is allowed on loopback only" in message


def test_two_equal_ids_are_refused(write: Write) -> None:
    path = write(AGENCY + ACME + BAY.replace("bay-main", "acme-main"))
    assert refusal(path) == f"{path}: two PBXs have the id 'acme-main'; give each its own"


def test_accounts_of_other_files_are_included_in_order(write: Write) -> None:
    write(BAY, "accounts/b.toml")
    write(ACME, "accounts/a.toml")
    config = load(write('include = ["accounts/*.toml"]\n' + AGENCY))
    assert [account.id for account in config.account] == ["acme", "bay"]


def test_a_mistake_in_an_included_file_names_that_file(write: Write) -> None:
    write(ACME, "accounts/a.toml")
    wrong = write(BAY.replace("Australia/Adelaide", "Adelaide"), "accounts/b.toml")
    path = write('include = ["accounts/*.toml"]\n' + AGENCY + ACME.replace("acme", "cove"))
    message = refusal(path)
    assert message.startswith(f"{wrong}: account[bay].timezone: 'Adelaide' is no time zone")
    assert str(path) not in message


def test_an_include_that_matches_nothing_is_a_mistake(write: Write) -> None:
    path = write('include = ["acounts/*.toml"]\n' + AGENCY)
    assert refusal(path) == f"{path}: include 'acounts/*.toml' matches no file"


def test_an_included_file_holds_accounts_only(write: Write) -> None:
    part = write('[mail]\nurl = "smtp://127.0.0.1"\n', "accounts/a.toml")
    assert refusal(write('include = ["accounts/*.toml"]\n' + AGENCY)) == (
        f"{part}: an included file holds only [[account]] tables"
    )


@pytest.mark.parametrize("value", ['"accounts/*.toml"', "3", "[3]", '["/etc/*.toml"]', '[""]'])
def test_an_include_of_another_shape_is_a_mistake_not_a_crash(write: Write, value: str) -> None:
    path = write(f"include = {value}\n{AGENCY}")
    assert refusal(path).startswith(f"{path}: include")


@pytest.mark.parametrize("value", ["account = 3", 'account = "acme"', "account = [3]", "[account]\nid = 'acme'"])
def test_accounts_of_another_shape_are_a_mistake_not_a_crash(write: Write, value: str) -> None:
    path = write(f"{value}\n{AGENCY}")
    assert refusal(path).startswith(f"{path}: account")
    part = write(value, "accounts/a.toml")
    assert str(part) in refusal(write('include = ["accounts/*.toml"]\n' + AGENCY))


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file") as refused:
        load(tmp_path / "trunkline.toml")
    assert "trunkline init" in refused.value.mend


def test_a_folder_is_no_config(tmp_path: Path) -> None:
    assert refusal(tmp_path) == f"{tmp_path}: Is a directory"


@pytest.mark.parametrize("text", ['[agency\nid = "x"', 'id = "a"\nid = "b"', "password = hunter2"])
def test_what_is_no_toml_names_the_file_and_the_line(write: Write, text: str) -> None:
    path = write(text)
    message = refusal(path)
    assert message.startswith(f"{path}: not TOML: ")
    assert "line" in message
    assert "hunter2" not in message


def test_a_file_in_another_encoding_is_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "trunkline.toml"
    path.write_bytes('[agency]\nname = "Käse"'.encode("latin-1"))
    assert refusal(path).startswith(f"{path}: not TOML: ")


def test_the_file_is_found_by_option_then_variable_then_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRUNKLINE_CONFIG", raising=False)
    assert find(None) == Path("trunkline.toml")
    monkeypatch.setenv("TRUNKLINE_CONFIG", "/etc/trunkline.toml")
    assert find(None) == Path("/etc/trunkline.toml")
    assert find(Path("mine.toml")) == Path("mine.toml")


def test_a_dotenv_beside_it_sets_what_is_not_set(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAY_PBX_SECRET", "from outside")
    monkeypatch.setenv("ACME_PBX_SECRET", "")  # so that what the file sets is taken back
    del os.environ["ACME_PBX_SECRET"]
    write("ACME_PBX_SECRET=from the file\nBAY_PBX_SECRET=from the file\n", ".env")
    config = load(write(AGENCY + ACME + BAY))
    secrets = [account.pbx[0].secret().get_secret_value() for account in config.account]
    assert secrets == ["from the file", "from outside"]


def test_a_secret_file_is_found_beside_the_config(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("from a file\n", "secrets/pbx")
    config = load(write(AGENCY + ACME.replace("env:ACME_PBX_SECRET", "file:secrets/pbx")))
    monkeypatch.chdir("/")
    assert config.account[0].pbx[0].secret().get_secret_value() == "from a file"


def test_accounts_are_chosen_by_their_own_id_or_a_pbx(write: Write) -> None:
    config = load(write(AGENCY + ACME + BAY))
    assert [one.id for one in account_ids(config, (), ())] == ["acme", "bay"]
    assert [one.id for one in account_ids(config, ("bay",), ())] == ["bay"]
    assert [one.id for one in account_ids(config, (), ("acme-main",))] == ["acme"]
    assert account_ids(config, ("bay",), ("acme-main",)) == ()


@pytest.mark.parametrize(
    ("accounts", "pbxs", "said", "mend"),
    [(("cove",), (), "no account 'cove'", "acme, bay"), ((), ("cove",), "no PBX 'cove'", "acme-main, bay-main")],
)
def test_an_id_that_the_config_lacks_lists_those_it_has(
    write: Write, accounts: tuple[str, ...], pbxs: tuple[str, ...], said: str, mend: str
) -> None:
    config = load(write(AGENCY + ACME + BAY))
    with pytest.raises(ConfigError, match=said) as refused:
        account_ids(config, accounts, pbxs)
    assert refused.value.mend == f"one of: {mend}"

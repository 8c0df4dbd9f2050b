from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from trunkline import configfile
from trunkline.errors import ConfigError

AGENCY = """
[agency]
id = "northwind"
name = "Northwind"
timezone = "Australia/Adelaide"
country = "AU"
"""
ACCOUNT = """
[[account]]
id = "{id}"
name = "A client"
timezone = "Australia/Adelaide"
country = "AU"
"""
PBX = """
[[account.pbx]]
id = "{id}"
url = "https://acme.my3cx.example"
client_id = "900"
client_secret = "env:ACME_SECRET"
"""
ACME = ACCOUNT.format(id="acme") + PBX.format(id="acme-main")

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file of the config's folder; the config itself if no name is given."""

    def write(text: str, name: str = "trunkline.toml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


def refused(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        configfile.load(path)
    return str(caught.value)


def test_a_whole_config(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ACME_SECRET", raising=False)
    path = write('[store]\nrecordings = "s3://bucket/x"\n' + AGENCY + ACME)
    config = configfile.load(path)
    assert config.account[0].pbx[0].hosting == "self-managed"
    assert config.place(config.store.lake) == str(tmp_path / "data" / "lake.duckdb")
    assert config.place(config.store.recordings) == "s3://bucket/x"
    assert config.state_folder == tmp_path / "data" / "state"
    assert [(account.id, pbx.id) for account in config.account for pbx in account.pbx if pbx.id == "acme-main"] == [
        ("acme", "acme-main")
    ]
    assert (str(config.pbx_floor.v18), str(config.pbx_floor.v20)) == ("18.0.0.11", "20.0.0.0")


def test_an_unknown_key_is_named_with_its_file(write: Write) -> None:
    path = write(AGENCY + ACME + 'colour = "red"\n')
    assert refused(path).startswith(f"{path}: account[acme].pbx[acme-main].colour: unknown key")


def test_a_literal_secret_is_named_and_never_shown(write: Write) -> None:
    text = refused(write(AGENCY + ACME.replace("env:ACME_SECRET", "hunter2")))
    assert "account[acme].pbx[acme-main].client_secret: is a literal secret" in text
    assert "hunter2" not in text


def test_every_mistake_is_told_at_once(write: Write) -> None:
    text = refused(write(AGENCY.replace('"AU"', '"Oz"') + ACME.replace("Australia/Adelaide", "Adelaide")))
    assert "agency.country: 'Oz' is no country" in text
    assert "account[acme].timezone: 'Adelaide' is no time zone" in text


def test_two_equal_ids(write: Write) -> None:
    text = refused(write(AGENCY + ACME + ACCOUNT.format(id="other") + PBX.format(id="acme-main")))
    assert "two PBXs have the id 'acme-main'" in text


def test_a_bad_time_names_the_account(write: Write) -> None:
    text = refused(write(AGENCY + ACCOUNT.format(id="acme") + 'hours = { mon = "9-5" }\n'))
    assert "account[acme]: '9-5' is no span of time; write 08:30-17:30" in text


def test_accounts_are_included_in_order_of_name(write: Write) -> None:
    write(ACCOUNT.format(id="zebra") + PBX.format(id="zebra-main"), "accounts/2.toml")
    write(ACCOUNT.format(id="yak"), "accounts/1.toml")
    config = configfile.load(write('include = ["accounts/*.toml"]\n' + AGENCY + ACME))
    assert [account.id for account in config.account] == ["acme", "yak", "zebra"]


def test_a_mistake_in_an_included_file_names_that_file(write: Write) -> None:
    part = write(ACCOUNT.format(id="zebra") + 'colour = "red"\n', "accounts/zebra.toml")
    text = refused(write('include = ["accounts/*.toml"]\n' + AGENCY + ACME))
    assert text.startswith(f"{part}: account[zebra].colour: unknown key")


def test_an_included_file_holds_accounts_only(write: Write) -> None:
    part = write(AGENCY, "accounts/zebra.toml")
    assert f"{part}: an included file holds only" in refused(write('include = ["accounts/*.toml"]\n' + AGENCY))


def test_an_included_file_may_be_malformed(write: Write) -> None:
    part = write("[[account\n", "accounts/zebra.toml")
    assert f"{part}: not TOML" in refused(write('include = ["accounts/*.toml"]\n' + AGENCY))


def test_an_include_that_matches_nothing(write: Write) -> None:
    assert "include 'accounts/*.toml' matches no file" in refused(write('include = ["accounts/*.toml"]\n' + AGENCY))


@pytest.mark.parametrize(
    "top", ["include = 5\n", 'include = "accounts/*.toml"\n', 'account = "acme"\n', "account = [1]\n"]
)
def test_a_key_of_the_wrong_kind_is_a_mistake_and_no_crash(write: Write, top: str) -> None:
    assert "trunkline.toml: " in refused(write(top + AGENCY))


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "absent.toml"
    assert refused(path) == f"{path}: no such file — run `trunkline init`, or name one with --config"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert f"{tmp_path}: Is a directory" in refused(tmp_path)


def test_malformed_toml_names_the_line(write: Write) -> None:
    assert "not TOML" in refused(write("[agency]\nid = \n"))
    assert "line 2" in refused(write("[agency]\nid = \n"))


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "trunkline.toml"
    path.write_bytes(b'id = "\xff"')
    assert "not TOML" in refused(path)


def test_the_variables_of_the_env_file_do_not_replace_those_that_are_set(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACME_SECRET", "from the environment")
    monkeypatch.setenv("ACME_OTHER", "")
    monkeypatch.delenv("ACME_OTHER")
    write("ACME_SECRET=from the file\nACME_OTHER=told\n", ".env")
    config = configfile.load(write(AGENCY + ACME))
    assert config.account[0].pbx[0].secret().get_secret_value() == "from the environment"
    assert os.environ["ACME_OTHER"] == "told"


def test_a_secret_file_is_beside_the_config_that_includes_its_account(write: Write) -> None:
    write("hunter2\n", "secret.txt")
    write(ACME.replace("env:ACME_SECRET", "file:secret.txt"), "accounts/acme.toml")
    config = configfile.load(write('include = ["accounts/*.toml"]\n' + AGENCY))
    assert config.account[0].pbx[0].secret().get_secret_value() == "hunter2"


def test_where_the_config_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRUNKLINE_CONFIG", raising=False)
    assert configfile.find(None) == Path("trunkline.toml")
    monkeypatch.setenv("TRUNKLINE_CONFIG", "elsewhere.toml")
    assert configfile.find(None) == Path("elsewhere.toml")
    assert configfile.find(Path("given.toml")) == Path("given.toml")


def test_accounts_are_chosen_by_their_own_id_or_by_a_pbx(write: Write) -> None:
    config = configfile.load(write(AGENCY + ACME + ACCOUNT.format(id="other") + PBX.format(id="other-main")))
    assert [one.id for one in configfile.account_ids(config, (), ())] == ["acme", "other"]
    assert [one.id for one in configfile.account_ids(config, ("acme",), ())] == ["acme"]
    assert [one.id for one in configfile.account_ids(config, (), ("other-main",))] == ["other"]
    assert configfile.account_ids(config, ("acme",), ("other-main",)) == ()


@pytest.mark.parametrize(("accounts", "pbxs", "kind"), [(("nobody",), (), "account"), ((), ("nobody",), "PBX")])
def test_an_id_that_the_config_does_not_have(
    write: Write, accounts: tuple[str, ...], pbxs: tuple[str, ...], kind: str
) -> None:
    config = configfile.load(write(AGENCY + ACME))
    with pytest.raises(ConfigError, match=f"no {kind} 'nobody' in .* — one of: acme"):
        configfile.account_ids(config, accounts, pbxs)


@pytest.mark.parametrize("name", ["aws_secret_access_key", "azure_storage_account_key", "google_service_account_key"])
def test_a_secret_of_the_object_store_is_a_reference(write: Write, name: str) -> None:
    text = refused(write(f'{AGENCY}[store.options]\n{name} = "hunter2"\n'))
    assert f"store.options: {name} is a literal secret; write env:NAME" in text
    assert "hunter2" not in text


def test_the_object_stores_options_are_revealed(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("S3_SECRET", raising=False)
    options = 'aws_region = "x"\naws_sse_kms_key_id = "k"\naws_session_token = "env:S3_SECRET"\n'
    path = write(f"{AGENCY}[store.options]\n{options}root_certificate = 'file:ca.pem'\n")
    write("PEM\n", "ca.pem")
    with pytest.raises(ConfigError, match=r"store.options.aws_session_token: env:S3_SECRET is not set — set S3_SECRET"):
        configfile.load(path).store_options()
    monkeypatch.setenv("S3_SECRET", "hunter2")
    found = configfile.load(path).store_options()
    assert "hunter2" not in str(found)
    plain = {name: value.get_secret_value() for name, value in found.items()}
    assert plain == {
        "aws_region": "x",
        "aws_sse_kms_key_id": "k",
        "aws_session_token": "hunter2",
        "root_certificate": "PEM",
    }


def test_links_are_signed_with_a_secret_that_nobody_guesses(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    assert configfile.load(write(AGENCY)).signed_links() is None
    config = configfile.load(write(f'{AGENCY}[links]\nurl = "https://x.example"\nsecret = "env:LINK_SECRET"\n'))
    monkeypatch.setenv("LINK_SECRET", "s" * 31)
    with pytest.raises(ConfigError, match="links, secret: shorter than 32 characters — make one with `openssl rand"):
        config.signed_links()
    monkeypatch.setenv("LINK_SECRET", "s" * 32)
    links = config.signed_links()
    assert links
    assert (links.url, links.days) == ("https://x.example", 30)


def test_certificate_authorities_are_files_relative_to_the_config(write: Write, tmp_path: Path) -> None:
    mail = '[mail]\nurl = "smtp://mail.example"\nfrom = "r@n.example"\nverify = "certs/mail.pem"\n'
    config = configfile.load(write(AGENCY + mail + ACME + 'verify = "certs/pbx.pem"\n'))
    assert config.mail is not None
    assert config.mail.authority == tmp_path / "certs" / "mail.pem"
    assert config.account[0].pbx[0].trust == str(tmp_path / "certs" / "pbx.pem")

from __future__ import annotations

from pathlib import Path

import pytest
from pictures import png
from pydantic import ValidationError

from trunkline import configfile
from trunkline.branding import Brand, Scheme, merged, scheme
from trunkline.colours import DARK_GROUND, GROUND, contrast, ink_on, is_readable, readable
from trunkline.config import Account
from trunkline.errors import ConfigError

CONFIG = """
[agency]
id = "northwind"
name = "Northwind"
timezone = "Australia/Adelaide"
country = "AU"
{agency}

[[account]]
id = "acme"
name = "Acme"
timezone = "Australia/Adelaide"
country = "AU"
{account}
"""


def write(folder: Path, agency: str = "", account: str = "") -> Path:
    path = folder / "trunkline.toml"
    path.write_text(CONFIG.format(agency=agency, account=account), "utf-8")
    return path


def refused(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        configfile.load(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21),
        ("#777777", "#ffffff", 4.478),
        ("#0b57a4", "#0b57a4", 1),
        ("#ff0000", "#ffffff", 3.998),
    ],
)
def test_contrast_is_as_wcag_has_it(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.001)


@pytest.mark.parametrize("wrong", ["#fff", "red", "1d2430", "#1d24300", "#1d243g", ""])
def test_no_contrast_of_what_is_no_colour(wrong: str) -> None:
    with pytest.raises(ValueError, match="is not a colour #rrggbb"):
        contrast(wrong, "#ffffff")


def test_the_nearest_colour_that_can_be_read() -> None:
    assert readable("#0b57a4", GROUND) == "#0b57a4"
    assert readable("#767676", "#ffffff") == "#767676"
    assert readable("#777777", "#ffffff") == "#767676"
    for ground in ("#808080", "#757575", "#ffff00", "#0000ff"):
        assert is_readable(ink_on(ground), ground)
        assert is_readable(readable(ground, ground), ground)


def test_what_a_brand_leaves_out_is_derived_so_that_it_can_be_read() -> None:
    assert scheme(Brand()) == Scheme("#0b57a4", "#ffffff", "#8ab4f8", "#000000")
    found = scheme(Brand(colour="#7A1FA2"))
    assert (found.accent, found.ink, found.dark_ink) == ("#7a1fa2", "#ffffff", "#000000")
    assert 4.5 <= contrast(found.dark_accent, DARK_GROUND) < 4.6


def test_an_accounts_brand_takes_the_place_of_the_agencys_key_by_key() -> None:
    agency = Brand(name="North", colour="#0b57a4", ink="#eeeeee", footer=("A",), logo="a.png", reply_to="a@b.example")
    assert merged(agency, Brand()) == agency
    both = merged(agency, Brand(name="Acme", colour="#7a1fa2"))
    assert (both.name, both.footer, both.logo, both.reply_to) == ("Acme", ("A",), "a.png", "a@b.example")
    assert both.ink is None  # the ink on the old colour says nothing of the new one
    assert merged(agency, Brand(footer=())).footer == ()
    far = merged(agency, Brand(logo="https://a.example/l.png", logo_size=(100, 20)))
    assert merged(far, Brand(logo="b.png")).logo_size is None


@pytest.mark.parametrize(
    ("agency", "said"),
    [
        (
            'colour = "#ff6600"',
            "agency.brand.colour: #ff6600 on the reports' light ground (#eef0f3) has a contrast of 2.57:1",
        ),
        (
            'colour = "#0b57a4"\nink = "#888888"',
            "agency.brand.ink: #888888 on colour (#0b57a4) has a contrast of 2.03:1",
        ),
        ('dark_colour = "#333333"', "agency.brand.dark_colour: #333333 on the reports' dark ground (#232933)"),
        ('dark_colour = "#8ab4f8"\ndark_ink = "#ffffff"', "agency.brand.dark_ink: #ffffff on dark_colour (#8ab4f8)"),
    ],
)
def test_colours_that_cannot_be_read_are_refused_with_the_nearest_that_can(
    tmp_path: Path, agency: str, said: str
) -> None:
    path = write(tmp_path, agency=f"[agency.brand]\n{agency}")
    message = refused(path)
    assert message.startswith(f"{path}: {said}")
    assert "4.5:1 is due" in message
    key, nearest = said.partition(":")[0].rpartition(".")[2], message.rpartition(" ")[2]
    kept = "\n".join(line for line in agency.splitlines() if not line.startswith(f"{key} "))
    configfile.load(write(tmp_path, agency=f'[agency.brand]\n{kept}\n{key} = "{nearest}"'))


def test_an_account_is_checked_with_what_it_has_of_the_agency(tmp_path: Path) -> None:
    path = write(tmp_path, agency='[agency.brand]\ncolour = "#0b57a4"', account='brand = { ink = "#0b57a5" }')
    assert f"{path}: account[acme].brand.ink: #0b57a5 on colour (#0b57a4) has a contrast of 1.00:1" in refused(path)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("absent.png", None, "No such file or directory"),
        ("big.png", b"\x89PNG\r\n\x1a\n" + b"0" * 100_000, "has 100,008 bytes; it goes with every mail"),
        (
            "logo.svg",
            b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
            "no picture that mail",
        ),
        ("cut.png", png(100, 20)[:12], "no picture that mail"),
        ("text.png", b"logo", "no picture that mail"),
    ],
)
def test_a_logo_that_no_mail_can_show_is_refused(tmp_path: Path, name: str, data: bytes | None, said: str) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    path = write(tmp_path, account=f'brand = {{ logo = "{name}" }}')
    message = refused(path)
    assert message.startswith(f"{path}: account[acme].brand.logo: {tmp_path / name}")
    assert said in message


def test_a_logo_beside_the_config_is_taken(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(png(300, 60))
    assert configfile.load(write(tmp_path, agency='brand = { logo = "logo.png" }')).agency.brand.logo == "logo.png"


@pytest.mark.parametrize(
    ("brand", "said"),
    [
        (
            {"logo": "http://a.example/l.png", "logo_size": [9, 9]},
            "neither an address that begins",
        ),
        ({"logo": "data:image/png;base64,AAAA"}, "neither an address that begins"),
        ({"logo": "https://a.example/l.png"}, "a logo's address needs logo_size"),
        ({"logo": "logo.png", "logo_size": [9, 9]}, "a file's size is read from the file"),
        ({"colour": "red"}, "pattern"),
        ({"colour": "#fff;}body{"}, "pattern"),
        ({"name": ""}, "at least 1"),
        ({"footer": ["x"] * 11}, "at most 10"),
        ({"font": "Arial"}, "Extra inputs"),
    ],
)
def test_what_a_brand_may_not_say(brand: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Brand.model_validate(brand)


def test_an_unknown_language_is_refused_with_the_choices(tmp_path: Path) -> None:
    path = write(tmp_path, account='language = "fr"')
    assert f"{path}: account[acme].language: Input should be 'en' or 'de'" in refused(path)
    assert Account.model_fields["language"].default is None
    assert configfile.load(write(tmp_path, agency='language = "de"')).agency.language == "de"

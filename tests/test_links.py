from __future__ import annotations

import base64
import datetime as dt

import pytest

from trunkline.links import PATH, Link, LinkExpired, LinkForged, Links

NOW = dt.datetime(2026, 11, 17, 22, 0, tzinfo=dt.UTC)
KEY = "acme/acme-main/2026/09/14/7.wav"
SECRET = "s" * 32
LINKS = Links("https://play.example", SECRET, 30)


def token_of(link: str) -> str:
    assert link.startswith(f"https://play.example{PATH}")
    return link.removeprefix(f"https://play.example{PATH}")


def signed(payload: object) -> str:
    """A token that our own secret signed, whatever it holds."""
    return str(LINKS._serializer.dumps(payload))


def test_a_link_is_read_as_it_was_made() -> None:
    link = LINKS.to("acme", KEY, NOW)
    assert LINKS.read(token_of(link), NOW) == Link("acme", KEY, NOW + dt.timedelta(days=30))
    assert LINKS.to("acme", KEY, NOW) == link
    assert LINKS.to("acme", KEY, NOW + dt.timedelta(seconds=1)) != link


def test_a_link_expires() -> None:
    token = token_of(LINKS.to("acme", KEY, NOW))
    LINKS.read(token, NOW + dt.timedelta(days=30) - dt.timedelta(seconds=1))
    with pytest.raises(LinkExpired, match="this link has expired — ask for a new one") as caught:
        LINKS.read(token, NOW + dt.timedelta(days=30))
    assert caught.value.link.key == KEY


def test_no_letter_of_a_token_can_be_changed() -> None:
    token = token_of(LINKS.to("acme", KEY, NOW))
    for index in range(len(token) - 1):  # of a signature's last letter some bits say nothing
        other = "A" if token[index] != "A" else "B"
        with pytest.raises(LinkForged):
            LINKS.read(token[:index] + other + token[index + 1 :], NOW)


@pytest.mark.parametrize("token", ["", ".", "x", "a.b.c", "ü", "\x00", "x" * 100_000, "../../etc/passwd"])
def test_what_is_no_token(token: str) -> None:
    with pytest.raises(LinkForged, match="no such link — use the link as it was given, whole"):
        LINKS.read(token, NOW)


def test_a_token_of_another_secret_or_purpose_is_forged() -> None:
    others = Links("https://play.example", "t" * 32, 30), Links("https://play.example", SECRET, 30)
    others[1]._serializer.salt = b"another purpose"
    for other in others:
        with pytest.raises(LinkForged):
            LINKS.read(token_of(other.to("acme", KEY, NOW)), NOW)


@pytest.mark.parametrize(
    "payload",
    [
        ["acme", "../bluegum/bluegum-main/2026/09/14/7.wav", 2e9],
        ["acme", "acme-main/../../bluegum/7.wav", 2e9],
        ["acme", "/etc/passwd", 2e9],
        ["acme", ".partial/7", 2e9],
        ["acme", "", 2e9],
        ["", "acme-main/7.wav", 2e9],
        ["..", "acme-main/7.wav", 2e9],
        ["acme", "acme-main\\7.wav", 2e9],
        ["acme", "acme-main/7.wav\n", 2e9],
        ["acme", "acme-main/7.wav", "soon"],
        ["acme", "acme-main/7.wav", 1e300],
        ["acme", "acme-main/7.wav"],
        {"a": 1},
        7,
        None,
    ],
)
def test_not_even_a_signed_token_leads_out_of_its_account(payload: object) -> None:
    with pytest.raises(LinkForged):
        LINKS.read(signed(payload), NOW)


@pytest.mark.parametrize(
    "key", ["bluegum/bluegum-main/7.wav", "acme-2/main/7.wav", "acme/../bluegum/7.wav", "acme", ""]
)
def test_no_link_is_made_to_what_is_not_the_accounts(key: str) -> None:
    with pytest.raises(ValueError, match="is no key of account acme"):
        LINKS.to("acme", key, NOW)


def test_a_token_holds_account_key_and_expiry_alone() -> None:
    payload = token_of(LINKS.to("acme", KEY, NOW)).partition(".")[0]
    held = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    expires_at = int((NOW + dt.timedelta(days=30)).timestamp())
    assert held == f'["acme","acme-main/2026/09/14/7.wav",{expires_at}]'.encode()

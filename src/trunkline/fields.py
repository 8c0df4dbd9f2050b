"""The kinds of values that the config's fields hold, each with one plain sentence where a value is not of its kind."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field

from trunkline import hours as opening


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no time zone; write one such as Australia/Adelaide") from error
    return name


def _country(code: str) -> str:
    from phonenumbers import SUPPORTED_REGIONS

    if code not in SUPPORTED_REGIONS:
        raise ValueError(f"{code!r} is no country; write two capital letters such as AU")
    return code


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine: plain HTTP and SMTP are allowed there only."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _address(url: str) -> SplitResult:
    """The parts of a web address; http only on loopback."""
    try:
        parts = urlsplit(url)
        is_address = parts.port != 0 and parts.hostname is not None and not any(one.isspace() for one in url)
    except ValueError:
        is_address = False
    if not is_address or parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise ValueError("is no address; write https://host or https://host:port")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("http is allowed on loopback only; write https://")
    return parts


def _origin(url: str) -> str:
    """`scheme://host[:port]` without a path."""
    parts = _address(url)
    if parts.path.rstrip("/") or parts.query or parts.fragment:
        raise ValueError("has a path; write only https://host or https://host:port")
    return url.rstrip("/")


def _web_address(url: str) -> str:
    """An address with a path."""
    if _address(url).fragment:
        raise ValueError("has a fragment (#…), which is never sent; leave it out")
    return url


def _within(value: object) -> object:
    return opening.within(value) if isinstance(value, str) else value


def _logo(place: str) -> str:
    """An https address, or a file's name."""
    if place.startswith("https://"):
        return _web_address(place)
    if "://" in place or place.startswith("data:"):
        raise ValueError("is neither an address that begins with https:// nor a file")
    return place


Zone = Annotated[str, AfterValidator(_zone)]
Country = Annotated[str, AfterValidator(_country)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Origin = Annotated[str, AfterValidator(_origin)]
Language = Literal["en", "de"]
Logo = Annotated[str, Field(min_length=1), AfterValidator(_logo)]
Colour = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$"), AfterValidator(str.lower)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")]
Address = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]
Days = Annotated[int, Field(gt=0)] | None
CallbackWithin = Annotated[opening.Within, BeforeValidator(_within)]

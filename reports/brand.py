"""The brand a report wears: whose name, logo and colours a mail and a page show, and where answers to it go.

`with wearing(config, account):` sets it, with the language, for what is rendered inside; templates ask `branded()`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from email.utils import parseaddr

from trunkline import branding
from trunkline.branding import Scheme
from trunkline.config import Account, Agency, Config
from trunkline.logos import Picture
from trunkline.reports.language import speaking, speaks

_MOST_WIDTH, _MOST_HEIGHT = 220, 60  # shown at most, in CSS pixels; a phone's mail is 340 wide


@dataclass(frozen=True)
class Image:
    """A picture that goes with a mail, which names it `cid:` and this id."""

    cid: str
    kind: str
    data: bytes


@dataclass(frozen=True)
class Logo:
    """Where a mail and a page find it, and how large it is shown. A page asks nobody for it: no file, no picture."""

    in_mail: str
    in_page: str
    width: int
    height: int
    images: tuple[Image, ...]


@dataclass(frozen=True)
class Brand:
    """What templates use. `is_shown`: a name, a logo or a colour is set; else reports look as they always did."""

    name: str
    scheme: Scheme
    logo: Logo | None = None
    footer: tuple[str, ...] = ()
    reply_to: str = ""
    is_shown: bool = False

    @property
    def lang(self) -> str:
        """The language spoken, as HTML's `lang` takes it."""
        return speaks().tag

    @property
    def dir(self) -> str:
        """Which way its text runs: `ltr` or `rtl`."""
        return speaks().direction

    def shown(self, agency: Agency) -> Agency:
        """The agency under the name that readers know it by."""
        return agency.model_copy(update={"name": self.name})


def resolve(config: Config, account: Account | None = None) -> Brand:
    """The brand of an account's reports, or of the agency's own.

    Raises:
        ConfigError: The logo's file is gone, or no longer a logo.
    """
    given = config.agency.brand
    where = "agency.brand"
    if account is not None:
        given, where = branding.merged(given, account.brand), f"account[{account.id}].brand"
    picture = branding.logo_file(given, config.path.parent, where)
    return Brand(
        name=given.name or config.agency.name,
        scheme=branding.scheme(given),
        logo=_near(picture) if picture else _far(given),
        footer=given.footer,
        reply_to=given.reply_to or "",
        is_shown=bool(given.name or given.logo or given.colour),
    )


def _near(picture: Picture) -> Logo:
    cid = f"logo.{hashlib.sha256(picture.data).hexdigest()[:16]}@inline.invalid"
    data = f"data:image/{picture.kind};base64,{base64.b64encode(picture.data).decode()}"
    width, height = _fitted(picture.width, picture.height)
    return Logo(f"cid:{cid}", data, width, height, (Image(cid, picture.kind, picture.data),))


def _far(given: branding.Brand) -> Logo | None:
    if given.logo is None or given.logo_size is None:
        return None
    return Logo(given.logo, "", *_fitted(*given.logo_size), ())


def _fitted(width: int, height: int) -> tuple[int, int]:
    """As large as there is room for, never enlarged."""
    share = min(1.0, _MOST_WIDTH / width, _MOST_HEIGHT / height)
    return max(1, round(width * share)), max(1, round(height * share))


_PLAIN = Brand("", branding.scheme(branding.Brand()))
_worn: ContextVar[Brand] = ContextVar("trunkline_brand", default=_PLAIN)


def branded() -> Brand:
    """The brand worn by what is being rendered."""
    return _worn.get()


def contact(config: Config) -> str:
    """Who can be asked about what is rendered, or told to stop it."""
    sender = parseaddr(config.mail.sender)[1] if config.mail else ""
    return branded().reply_to or (config.agency.report_to[0] if config.agency.report_to else sender or branded().name)


@contextmanager
def wearing(config: Config, account: Account | None = None) -> Iterator[Brand]:
    """What is rendered inside wears the brand and speaks the language of the account, or of the agency.

    Raises:
        ConfigError: The logo's file is gone, or no longer a logo.
    """
    place = account or config.agency
    with speaking(place.language or config.agency.language, place.country):
        token = _worn.set(resolve(config, account))
        try:
            yield _worn.get()
        finally:
            _worn.reset(token)

"""A connection to the mail server: TLS, whom to trust, one sign-in, and what its refusals mean."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from pydantic import SecretStr

from trunkline.config import Mail
from trunkline.errors import BadCredentials, ConfigError, RemoteError
from trunkline.fields import is_loopback

TIMEOUT_SECONDS = 30.0
_PORTS = {"smtp": 587, "smtps": 465}
# The first of these that is offered is used, and no other after it: smtplib's own login tries a wrong password with
# each, and three refusals are what makes a server block an address. All are sent in TLS, or on loopback.
_MECHANISMS = {"PLAIN": "auth_plain", "LOGIN": "auth_login", "CRAM-MD5": "auth_cram_md5"}


class Later(Exception):
    """The server said 4xx, or the connection broke before it answered."""


class Refused(RemoteError):
    """The server will not take this message from us, to whomever it goes."""


def place(mail: Mail) -> str:
    """The server, for errors."""
    return f"mail server {urlsplit(mail.url).netloc}"


@contextlib.contextmanager
def connected(mail: Mail, password: SecretStr | None) -> Iterator[smtplib.SMTP]:
    """A connection in TLS (plain only on loopback), signed in. How it ends does not matter: all is said by then.

    Raises:
        ConfigError: The file that `verify` names cannot be used.
        BadCredentials: The sign-in is refused.
        RemoteError: No trusted TLS, or any other refusal for good.
        Later: It may work later.
    """
    with _said(place(mail)):
        server = _opened(mail)
        try:
            if mail.username and password:
                _sign_in(server, mail.username, password.get_secret_value())
            yield server
        finally:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()


def _opened(mail: Mail) -> smtplib.SMTP:
    parts = urlsplit(mail.url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    if parts.scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=_trust(mail))
    trust = None if mail.starttls == "never" or (mail.starttls == "auto" and is_loopback(host)) else _trust(mail)
    server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    if trust is not None:
        try:
            server.starttls(context=trust)
        except BaseException:
            server.close()
            raise
    return server


def _trust(mail: Mail) -> ssl.SSLContext:
    authority = mail.authority
    try:
        return ssl.create_default_context(cafile=str(authority) if authority else None)
    except (OSError, ssl.SSLError):
        raise ConfigError(
            f"mail.verify: {authority} holds no certificate that can be read",
            mend="name the PEM file of the mail server's certificate authority",
        ) from None


def _sign_in(server: smtplib.SMTP, username: str, password: str) -> None:
    server.ehlo_or_helo_if_needed()
    offered = server.esmtp_features.get("auth", "").upper().split()
    usable = [name for name in _MECHANISMS if name in offered]
    if not usable:
        raise smtplib.SMTPNotSupportedError("it offers no sign-in by password")
    server.user, server.password = username, password
    server.auth(usable[0], getattr(server, _MECHANISMS[usable[0]]))


@contextlib.contextmanager
def _said(where: str) -> Iterator[None]:
    """smtplib's exceptions → what to do about them."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        if error.smtp_code < 500:
            raise Later(said(error.smtp_code, error.smtp_error)) from error
        answer = said(error.smtp_code, error.smtp_error)
        raise BadCredentials(answer, where=where, mend="correct username and password of [mail]") from None
    except smtplib.SMTPNotSupportedError as error:
        mend = "use smtps://, or a relay that offers STARTTLS and AUTH"
        raise RemoteError(str(error), where=where, mend=mend) from None
    except smtplib.SMTPResponseException as error:
        answer = said(error.smtp_code, error.smtp_error)
        if 400 <= error.smtp_code < 500 or error.smtp_code == -1:
            raise Later(answer) from error
        raise Refused(f"refused: {answer}", where=where, mend="see what the relay asks for") from None
    except ssl.SSLCertVerificationError as error:
        mend = "set verify of [mail] to the file of its certificate authority, or mend its certificate"
        raise RemoteError(f"certificate not trusted: {error.verify_message}", where=where, mend=mend) from None
    except ssl.SSLError as error:
        mend = "write smtps:// where it begins in TLS (465), smtp:// where it begins without (587, 25)"
        raise RemoteError(f"no TLS: {error.reason}", where=where, mend=mend) from None
    except (OSError, smtplib.SMTPException) as error:
        raise Later(str(error) or type(error).__name__) from error


def said(code: int, text: bytes | str) -> str:
    """`550 unknown user`, on one line."""
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {one_line(plain)}"


def one_line(text: str) -> str:
    """Without line breaks and other control characters: nothing can add a header."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())

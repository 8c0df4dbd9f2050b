"""S3, GCS and Azure by URL, through obstore, with the options of `[store]`."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from obstore import parse_scheme
from obstore.exceptions import BaseError, UnknownConfigurationKeyError
from obstore.store import ObjectStore, from_url
from pydantic import SecretStr

from trunkline.errors import ConfigError
from trunkline.fields import is_loopback

_open: Callable[..., ObjectStore] = from_url  # obstore's types want options by name
_PREFIXES = {"s3": "aws_", "gcs": "google_", "azure": "azure_", "memory": "-"}
_CONNECTION = frozenset(
    {
        "connect_timeout",
        "proxy_ca_certificate",
        "proxy_excludes",
        "proxy_url",
        "read_timeout",
        "root_certificate",
        "timeout",
    }
)
"""Options of the connection, whatever the store."""
# What else obstore's client knows is not for a config: plain HTTP and unverified certificates least of all. With the
# store's prefix before it obstore 0.12 ends the process (seen), so none is handed on.
_NOT_OFFERED = re.compile(r"(allow|http1|http2|default_content|default_headers|pool|randomize|user_agent)(_|$)")
_PATIENCE = {"connect_timeout": "10s", "timeout": "120s"}  # a part of 5 MB over a slow line
_RETRY = {"max_retries": 4, "retry_timeout": dt.timedelta(seconds=60)}
_ENDPOINT = ("_endpoint", "_endpoint_url", "_endpoint_url_s3")


def connected(place: str, options: Mapping[str, SecretStr]) -> ObjectStore:
    """A store by its URL; nothing is asked of it yet.

    Raises:
        ConfigError: No address of an object store, or an option that it does not know or take; no value is told.
    """
    kind = _kind(place)
    plain = {name: value.get_secret_value() for name, value in options.items()}
    own = {name: value for name, value in plain.items() if name not in _CONNECTION}
    for name in own:
        if not _is_known(place, name, _PREFIXES[kind]):
            raise ConfigError(
                f"store.options.{name}: {urlsplit(place).scheme}:// knows no such option",
                mend=f"remove it; options of this store begin with {_PREFIXES[kind]}",
            )
    client = _PATIENCE | {name: value for name, value in plain.items() if name in _CONNECTION}
    return _made(place, own, client | {"allow_http": _is_on_loopback(own)})


def _kind(place: str) -> str:
    with contextlib.suppress(BaseError):
        if (kind := parse_scheme(place)) in _PREFIXES:
            return str(kind)
    raise ConfigError(f"store: {place} is no place to keep files", mend="write a folder, s3://, gs:// or az://")


def _is_known(place: str, name: str, prefix: str) -> bool:
    rest = name.removeprefix(prefix)
    if rest == name or rest in _CONNECTION or _NOT_OFFERED.match(rest):
        return False
    try:
        _open(place, config={name: ""})
    except UnknownConfigurationKeyError:
        return False
    except (BaseError, ValueError):
        pass  # it is known; whether all together will do is seen later
    return True


def _is_on_loopback(options: dict[str, str]) -> bool:
    """Whether plain HTTP is spoken, which is for a store on this machine alone."""
    plain = {name: value for name, value in options.items() if name.endswith(_ENDPOINT) and value.startswith("http://")}
    for name, value in plain.items():
        if not is_loopback(urlsplit(value).hostname or ""):
            raise ConfigError(f"store.options.{name}: http is allowed on loopback only", mend="write https://")
    return bool(plain)


def _made(place: str, own: dict[str, str], client: dict[str, Any]) -> ObjectStore:
    with contextlib.suppress(BaseError, ValueError):
        return _store(place, own, client)
    for name in [*own, *client]:  # which it is, found by leaving each out: obstore's own text would tell the value
        with contextlib.suppress(BaseError, ValueError):
            _store(place, _without(own, name), _without(client, name))
            raise ConfigError(
                f"store.options.{name}: the store does not take it so", mend="correct it, or set what belongs with it"
            )
    raise ConfigError(
        f"store: {place} cannot be used with these options",
        mend="correct [store] options; az:// needs azure_storage_account_name",
    )


def _store(place: str, own: dict[str, str], client: dict[str, Any]) -> ObjectStore:
    if place.startswith("memory:"):
        return _open(place)
    return _open(place, config=own, client_options=client, retry_config=_RETRY)


def _without(options: dict[str, Any], name: str) -> dict[str, Any]:
    return {one: value for one, value in options.items() if one != name}

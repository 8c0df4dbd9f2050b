"""A fresh link to one stored recording."""

from __future__ import annotations

from pathlib import Path

from trunkline.config import Config
from trunkline.errors import ConfigError, TrunklineError
from trunkline.links import Links
from trunkline.store.lake import Lake
from trunkline.tasks.work import now

MEND = 'add [links] with url and secret, as `trunkline init` shows them: secret = "env:TRUNKLINE_LINK_SECRET"'


def links_of(config: Config) -> Links:
    """What makes and reads links.

    Raises:
        ConfigError: The config has no [links], or their secret is absent or too short.
    """
    if (links := config.signed_links()) is None:
        raise ConfigError(f"{config.path}: recordings are played through links, and there is no [links]", mend=MEND)
    return links


def link_to(config: Config, recording_id: str) -> str:
    """A link that is valid from now on.

    Raises:
        ConfigError: No [links], or no recording of this id.
        TrunklineError: It is not stored.
    """
    links = links_of(config)
    with Lake(Path(config.place(config.store.lake))).read() as connection:
        row = connection.execute(
            "SELECT account_id, state, path, cause, purged_at FROM recordings WHERE recording_id = ?", [recording_id]
        ).fetchone()
    if row is None:
        raise ConfigError(
            f"no recording {recording_id!r} in the lake", mend="take recording_id from the table recordings"
        )
    account_id, state, path, cause, purged_at = row
    if state != "stored" or path is None or purged_at is not None:
        what = "removed by retention" if purged_at else f"{state} ({cause})" if cause else state
        raise TrunklineError(f"recording {recording_id} is not stored: {what}", mend="choose one that is")
    return links.to(account_id, path, now())

"""Files on a Salesforce record: each there once, however often it is handed over (CRM reference §2.3)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from trunkline.adapters.crm.base import Recording
from trunkline.adapters.crm.salesforce_rest import Rest, id_in, quoted, select
from trunkline.entries import Entry

_VERSION = "ContentDocument.LatestPublishedVersion"
_FIELDS = (f"{_VERSION}.Checksum", f"{_VERSION}.Title")


async def attach(rest: Rest, remote_id: str, entry: Entry, files: Iterable[Recording]) -> None:
    """Adds files to a record, but not those that are there.

    A file is known by its MD5, for people may rename it; by its title where the org gives no checksum.
    """
    rows = await rest.query(select(_FIELDS, "ContentDocumentLink", f"LinkedEntityId = {quoted(remote_id)}"))
    there = {_known_by(row) for row in rows}
    for one in files:
        title = f"{entry.started:%Y-%m-%d %H.%M} {PurePosixPath(one.name).stem}"
        checksum = hashlib.md5(one.content, usedforsecurity=False).hexdigest()
        if not there & {checksum, title}:
            about = {"Title": title, "PathOnClient": one.name, "FirstPublishLocationId": remote_id}
            parts = {
                "entity_content": (None, json.dumps(about).encode(), "application/json"),
                "VersionData": (one.name, one.content, one.media_type),
            }
            id_in(await rest.ask("POST", "/sobjects/ContentVersion", files=parts), rest.where)


def _known_by(row: Mapping[str, Any]) -> str | None:
    version = (row.get("ContentDocument") or {}).get("LatestPublishedVersion") or {}
    return version.get("Checksum") or version.get("Title")

"""What hangs on a phone call in Dataverse: notes, with a recording's file, its link, or what was said."""

from __future__ import annotations

import base64
from typing import Any

from trunkline.adapters.crm.base import Recording
from trunkline.adapters.crm.dynamics_web import Web

Json = dict[str, Any]
TEXT_LENGTH = 100_000  # of a note's text (Microsoft's table reference for annotation)
_SAID = "What was said"


class Notes:
    """The notes of phone calls. They are listed before one is added: notes have no key of ours."""

    def __init__(self, web: Web) -> None:
        self._web = web

    async def put(self, call_id: str, recordings: list[Recording]) -> None:
        """Each recording once, by its name; one whose content or link is another by now is replaced."""
        there = {str(one.get("subject")): one for one in await self._of(call_id)}
        for recording in recordings:
            body, known = _body(recording), there.get(recording.name)
            if known is None:
                await self._add(call_id, body)
            elif not _is_same(known, recording):
                await self._web.change("annotations", str(known["annotationid"]), body)

    async def say(self, call_id: str, text: str, ours: str) -> None:
        """What was said, once; as a file where it is longer than a note's text may be."""
        whole = f"{text}\n{ours}"
        if len(whole) > TEXT_LENGTH:
            await self.put(call_id, [Recording("transcript.txt", "text/plain", whole.encode())])
        elif not any(ours in str(one.get("notetext")) for one in await self._of(call_id)):
            await self._add(call_id, {"subject": _SAID, "notetext": whole})

    async def _of(self, call_id: str) -> list[Json]:
        select = "annotationid,subject,notetext,filesize"
        return await self._web.rows("annotations", filter=f"_objectid_value eq {call_id}", select=select)

    async def _add(self, call_id: str, body: Json) -> None:
        bound = {**body, "objectid_phonecall@odata.bind": f"/phonecalls({call_id})"}
        await self._web.create("annotations", "annotationid", bound)


def _body(recording: Recording) -> Json:
    """A file's three columns are written together (Microsoft's "Use file data with Attachment and Note records")."""
    if recording.url:
        return {"subject": recording.name, "notetext": recording.url}
    return {
        "subject": recording.name,
        "isdocument": True,
        "filename": recording.name,
        "mimetype": recording.media_type,
        "documentbody": base64.b64encode(recording.content).decode(),
    }


def _is_same(known: Json, recording: Recording) -> bool:
    if recording.url:
        return known.get("notetext") == recording.url
    return known.get("filesize") == len(recording.content)

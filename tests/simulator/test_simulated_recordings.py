from __future__ import annotations

import datetime as dt
import io
import wave

import httpx
import pytest

from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place

NOW = dt.datetime(2026, 9, 16, 3, 0, tzinfo=dt.UTC)

HOUR = dt.timedelta(hours=1)


def record(pbx: SimulatedPbx, name: str, before: dt.timedelta = HOUR) -> int:
    (call,) = pbx.add(place(SCENARIOS[name], NOW - before))
    return call.recordings[0].recording_id


def download(client: httpx.Client, recording_id: int, **headers: str) -> httpx.Response:
    return client.get(f"/xapi/v1/Recordings/Pbx.DownloadRecording(recId={recording_id})", headers=headers)


def test_audio_is_as_long_as_the_call(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    recording_id = record(pbx, "answered_direct")
    answer = download(xapi, recording_id)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/x-wav")
    with wave.open(io.BytesIO(answer.content)) as audio:
        assert audio.getnframes() / audio.getframerate() == pytest.approx(95.4)
    assert pbx.log.downloads == {recording_id: 1}


@pytest.mark.parametrize("name", ["recording_purged", "recording_archived"])
def test_a_file_that_is_gone_is_a_400(name: str, pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    answer = download(xapi, record(pbx, name))
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "WARNINGS.XAPI.FILE_NOT_FOUND"


def test_retention_takes_file_and_entry(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    recording_id = record(pbx, "answered_direct", before=49 * HOUR)
    assert download(xapi, recording_id).status_code == 200
    pbx.keeping.auto_delete_days = 2
    assert download(xapi, recording_id).status_code == 400
    assert xapi.get("/xapi/v1/Recordings").json()["value"] == []


def test_a_late_file_appears_after_a_while(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    recording_id = record(pbx, "recording_late", before=dt.timedelta(seconds=100))
    assert download(xapi, recording_id).status_code == 400
    pbx.now = lambda: NOW + dt.timedelta(minutes=1)
    assert download(xapi, recording_id).status_code == 200


@pytest.mark.parametrize(
    ("name", "kind", "size"),
    [
        ("recording_html_body", "text/html; charset=utf-8", None),
        ("recording_zero_bytes", "audio/x-wav", 0),
        ("recording_truncated", "audio/x-wav", 40014),
    ],
)
def test_bodies_that_are_no_recording(
    name: str, kind: str, size: int | None, pbx: SimulatedPbx, xapi: httpx.Client
) -> None:
    answer = download(xapi, record(pbx, name))
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert size in (None, len(answer.content))


def test_the_list_is_read_by_id_and_by_time(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    ids = [record(pbx, "answered_direct", before=hours * HOUR) for hours in (3, 2, 1)]
    assert ids == sorted(ids)
    by_id = xapi.get("/xapi/v1/Recordings", params={"$filter": f"Id gt {ids[0]}", "$orderby": "Id asc", "$top": 100})
    assert [row["Id"] for row in by_id.json()["value"]] == ids[1:]
    span = f"StartTime ge {NOW - 2.5 * HOUR:%Y-%m-%dT%H:%M:%SZ} and StartTime le {NOW - 1.5 * HOUR:%Y-%m-%dT%H:%M:%SZ}"
    by_time = xapi.get("/xapi/v1/Recordings", params={"$filter": span})
    assert [row["Id"] for row in by_time.json()["value"]] == [ids[1]]
    newest = xapi.get("/xapi/v1/Recordings", params={"$orderby": "Id desc", "$top": 1, "$skip": 1})
    assert [row["Id"] for row in newest.json()["value"]] == [ids[1]]


def test_the_list_gives_no_more_than_a_hundred(xapi: httpx.Client) -> None:
    assert xapi.get("/xapi/v1/Recordings", params={"$top": 101}).status_code == 400
    assert xapi.get("/xapi/v1/Recordings", params={"$filter": "nonsense"}).status_code == 400


def test_listing_and_downloading_are_two_rights(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    recording_id = record(pbx, "answered_direct")
    pbx.rights.list_recordings = False
    assert xapi.get("/xapi/v1/Recordings").status_code == 403
    assert download(xapi, recording_id).status_code == 200
    pbx.rights.download_recordings = False
    assert download(xapi, recording_id).status_code == 403


def test_a_part_is_given_only_by_a_build_that_can(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    recording_id = record(pbx, "answered_direct")
    whole = download(xapi, recording_id, Range="bytes=100-")
    assert whole.status_code == 200
    pbx.quirks.range_downloads = True
    part = download(xapi, recording_id, Range="bytes=100-")
    assert (part.status_code, part.content) == (206, whole.content[100:])


def test_the_settings_explain_what_is_gone(pbx: SimulatedPbx, xapi: httpx.Client) -> None:
    pbx.keeping.auto_delete_days = 30
    settings = xapi.get("/xapi/v1/Recordings/Pbx.GetRecordingRepositorySettings").json()
    assert (settings["AutoDeleteRecordingEnabled"], settings["AutoDeleteRecordingDays"]) == (True, 30)

"""Accounts with one PBX each, and every reason why a recording may be missing (reports design, the cause tree).

What is expected is written here by hand.
"""

from __future__ import annotations

from typing import Any

from trunkline.simulator.month_story import Change, Patch, Story, Verdict
from trunkline.simulator.pbx.model import Keeping, Licence, Rights, SimulatedPbx
from trunkline.simulator.world import World

U6: dict[str, Any] = {"version": "20.0.8.1109", "shape": "xapi-u6"}
U10: dict[str, Any] = {"version": "20.0.10.1621", "shape": "xapi-u10"}
U0: dict[str, Any] = {"version": "20.0.5.551", "shape": "xapi-u0"}
V18: dict[str, Any] = {"surface": "xapi18", "shape": "xapi-v18", "version": "18.0.8.939", "login": "admin"}
CONSOLE: dict[str, Any] = {"surface": "console18", "shape": "console", "version": "18.0.3.461", "login": "admin"}
NO_AUDIO = Rights(list_recordings=False, download_recordings=False)
SECOND, LAST = frozenset({1}), frozenset({2})


def gap(cause: str, **more: Any) -> Verdict:
    """Looked for and not there."""
    return Verdict("missing", cause, **more)


def unknown(cause: str) -> Verdict:
    """Nobody could look."""
    return Verdict("unknown", cause)


def names(text: str) -> frozenset[str]:
    """Names of calls."""
    return frozenset(text.split())


def setting(part: str, name: str, value: object) -> Change:
    """Sets `pbx.PART.NAME`."""
    return lambda _world, pbx: setattr(getattr(pbx, part), name, value)


def records(number: str, value: bool) -> Change:
    """Switches an extension's recording."""
    return lambda _world, pbx: setattr(pbx.directory.extension(number), "record_calls", value)


def rights(value: Rights) -> Change:
    """Gives our sign-in these rights."""
    return lambda _world, pbx: setattr(pbx, "rights", value)


def fails(match: str, status: int) -> Change:
    """An address that answers with an error from now on."""

    def change(_world: World, pbx: SimulatedPbx) -> None:
        pbx.faults.add(match, status=status, times=None)

    return change


def shows_a_page(match: str) -> Change:
    """An address that answers with a web page from now on."""

    def change(_world: World, pbx: SimulatedPbx) -> None:
        pbx.faults.add(match, status=200, body="<html></html>", headers={"Content-Type": "text/html"}, times=None)

    return change


def mended(_world: World, pbx: SimulatedPbx) -> None:
    """What failed answers again."""
    pbx.faults.clear()


STORIES = (
    Story("well-u6", is_stormy=True, pbx=lambda: U6),
    Story("well-u10", is_stormy=True, pbx=lambda: U10),
    Story("well-v18", is_stormy=True, pbx=lambda: V18),
    Story("well-console", is_stormy=True, pbx=lambda: CONSOLE),
    Story("not-recorded-u0", (Patch(gap("not_recorded"), names("carla outbound"), fate="none"),), lambda: U0),
    Story("not-recorded-console", (Patch(gap("not_recorded"), names("carla"), fate="none"),), lambda: CONSOLE),
    Story(
        "switched-off",
        (Patch(gap("policy", eligible=False), names("carla"), SECOND, fate="none"),),
        changes={1: records("103", False), 2: records("103", True)},
    ),
    Story(
        "against-policy",
        (
            Patch(Verdict("verified", eligible=False, in_error=True), names("carla")),
            Patch(Verdict("verified", eligible=False, in_error=True), names("inside")),
        ),
        account={"recording_policy": "external"},
        changes={0: records("103", False)},
    ),
    Story(
        "no-audio-wanted",
        (Patch(gap("policy", eligible=False, in_error=True)),),
        account={"recording_policy": "none"},
    ),
    Story(
        "quota",
        (
            Patch(gap("quota"), thirds=SECOND, fate="none"),
            Patch(gap("quota"), thirds=LAST, fate="none"),
        ),
        lambda: U10 | {"keeping": Keeping()},
        changes={1: setting("keeping", "quota_reached", True), 2: setting("keeping", "stopped", True)},
    ),
    Story(
        "licence-lapsed",
        (Patch(gap("licence"), thirds=SECOND, fate="none"),),
        lambda: {"licence": Licence()},
        changes={1: setting("licence", "active", False), 2: setting("licence", "active", True)},
    ),
    Story(
        "licence-without-recording",
        (Patch(gap("licence"), fate="none"),),
        lambda: CONSOLE | {"licence": Licence(recording=False)},
    ),
    Story("right-given-late", pbx=lambda: {"rights": NO_AUDIO}, changes={2: rights(Rights())}),
    Story(
        "right-given-too-late",
        (Patch(gap("purged"), thirds=frozenset({0, 1})),),
        lambda: {"rights": NO_AUDIO, "keeping": Keeping(auto_delete_days=1)},
        changes={2: rights(Rights())},
    ),
    Story("no-right", (Patch(unknown("access")),), lambda: {"rights": NO_AUDIO}),
    Story(
        "no-right-console",
        (Patch(unknown("access"), rows=(("missing", "access"),)),),
        lambda: CONSOLE | {"rights": NO_AUDIO},
    ),
    Story(
        "away",
        (Patch(gap("purged"), thirds=SECOND),),
        lambda: {"keeping": Keeping(auto_delete_days=1)},
        changes={1: lambda world, pbx: world.stop(pbx.id), 2: lambda world, pbx: world.start(pbx.id)},
    ),
    Story(
        "files",
        (
            Patch(gap("archived"), names("carla"), fate="archived"),
            Patch(gap("damaged"), names("ben"), fate="html_body"),
            Patch(gap("damaged"), names("dev"), fate="truncated"),
            Patch(gap("damaged"), names("queue"), fate="zero_bytes"),
            Patch(gap("build"), names("outbound"), fate="no_address"),
            Patch(Verdict("mismatch"), names("inside"), length=0.5, rows=(("stored", None),)),
        ),
        lambda: {"keeping": Keeping(archive_enabled=True)},
    ),
    Story(
        "pauses",
        (Patch(Verdict("paused"), names("carla"), length=0.5),),
        account={"recording_pauses": ("103",)},
    ),
    Story(
        "late-files",
        (
            Patch(Verdict("verified"), names("dev"), fate="late", late_seconds=1800.0),
            Patch(Verdict("pending"), names("last"), fate="late", late_seconds=3600.0, rows=(("pending", None),)),
        ),
    ),
    Story(
        "busy-ever-since",
        (
            Patch(Verdict("pending"), names("last"), rows=(("pending", None),)),
            Patch(unknown("unreachable"), thirds=LAST),
        ),
        changes={2: fails("DownloadRecording", 503)},
    ),
    Story(
        "list-fails-for-a-while",
        (),
        lambda: CONSOLE,
        changes={1: fails("RecordingList", 500), 2: mended},
    ),
    Story(
        "nobody-knows",  # v18's XAPI with an answer to its first question that says nothing: is the right there?
        (Patch(gap("unexplained"), names("carla"), frozenset({1, 2}), fate="none"),),
        lambda: V18,
        changes={1: shows_a_page(r"top=1&")},
    ),
    Story(
        "department",
        (Patch(unknown("access"), names("ben queue"), fate="none"),),
        lambda: {"rights": Rights(extensions=frozenset({"101", "102"}))},
        hidden=names("carla dev"),
    ),
)

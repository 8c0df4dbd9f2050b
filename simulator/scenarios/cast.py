"""The cast of every scenario: the numbers of one small office, the same on each simulated PBX.

Outside numbers come from the ranges that the Australian regulator keeps for fiction (landlines 7010 xxxx and
5550 xxxx, mobiles 0491 57x xxx); all of them are valid numbers to libphonenumber.
"""

from __future__ import annotations

from trunkline.simulator.scenarios.story import Party

TRUNK_DN = "10000"
CALLER_MARK = "{caller}"
DID = "+61870100100"
DID_SUPPORT = "+61870100200"

CALLER = Party("external", TRUNK_DN, CALLER_MARK)
ANNA = Party("extension", "101")
BEN = Party("extension", "102")
CARLA = Party("extension", "103")
DEV = Party("extension", "104")
UNRECORDED = Party("extension", "105")
SALES = Party("queue", "801")
SUPPORT = Party("queue", "802")
OFFICE_GROUP = Party("ring_group", "600")
MENU = Party("ivr", "800")
CLOSED_MENU = Party("ivr", "810")
FAX = Party("fax", "888")
PARK = Party("parking", "SP0", None, "Shared parking 0")
ROUTING = Party("script", "900", None, "Inbound routing")
END_CALL = Party("system", "*20*", None, "EndCall")
VOICEMAIL_MENU = Party("voicemail", "999", None, "Voicemail")


def voicemail(of: Party) -> Party:
    """The voicemail box of an extension: it carries the extension's own DN (v20 reference §7.1)."""
    return Party("voicemail", of.dn)


def caller(name: str) -> Party:
    """The outside caller with a display name."""
    return Party("external", TRUNK_DN, CALLER_MARK, name)


def outside(number: str, name: str | None = None) -> Party:
    """A fixed outside number, such as the mobile a call is forwarded to."""
    return Party("external", TRUNK_DN, number, name)

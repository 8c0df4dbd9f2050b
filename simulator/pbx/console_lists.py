"""Status, user and directory of the v18 console (v18 reference §1.1, §1.3, §1.7)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from trunkline.simulator.pbx.directory import Line
from trunkline.simulator.pbx.numbers import utc_text
from trunkline.simulator.pbx.wire import Answer, Ask, as_json

if TYPE_CHECKING:
    from trunkline.simulator.pbx.model import SimulatedPbx


def current_user(pbx: SimulatedPbx, _: Ask) -> Answer:
    """`GET /api/CurrentUser`: the cheapest probe of version and rights."""
    return as_json(
        {
            "name": "Admin",
            "initials": "AD",
            "version": pbx.version,
            "roles": ["admin"],
            "email": f"admin@{pbx.id}.example",
            "consoleEnabled": True,
            "IsHostingMode": pbx.hosting == "hosted",
            "exchangeServicesEnabled": False,
            "callReportsEnabled": pbx.rights.history,
        }
    )


def system_status(pbx: SimulatedPbx, _: Ask) -> Answer:
    """`GET /api/SystemStatus`, 3CX's own typing errors included."""
    if not pbx.rights.system_status:
        return Answer(403)
    people = len(pbx.directory.extensions)
    return as_json(
        {
            "FQDN": pbx.fqdn,
            "Version": pbx.version,
            "RecordingState": 0,
            "Activated": True,
            "MaxSimCalls": pbx.licence.max_sim_calls,
            "CallHistoryCount": len(pbx.book),
            "ExtensionsRegistered": people,
            "ExtensionsTotal": people,
            "Ip": "192.0.2.202 Static",
            "TrunksRegistered": 1,
            "TrunksTotal": 1,
            "CallsActive": 0,
            "FreeFirtualMemory": 3473989632,
            "LicenseActive": pbx.licence.active,
            "ExpirationDate": None,
            "MaintenanceExpiresAt": utc_text(pbx.licence.maintenance_expires_at),
            "LastBackupDateTime": "2023-12-02T03:00:09.6347531+01:00",
            "LicenseKey": "SIMULATED",
            "ProductCode": pbx.licence.product_code,
        }
    )


def extensions(pbx: SimulatedPbx, _: Ask) -> Answer:
    """`GET /api/ExtensionList`."""
    return _list(
        {
            "Id": str(index),
            "Number": one.number,
            "FirstName": one.first_name,
            "LastName": one.last_name,
            "Email": f"{one.number}@{pbx.id}.example",
            "IsRegistered": True,
        }
        for index, one in enumerate(pbx.directory.extensions, start=30)
    )


def queues(pbx: SimulatedPbx, _: Ask) -> Answer:
    """`GET /api/QueueList`."""
    return _lines(pbx.directory.queues)


def ring_groups(pbx: SimulatedPbx, _: Ask) -> Answer:
    """`GET /api/RingGroupList`."""
    return _lines(pbx.directory.ring_groups)


def ivrs(pbx: SimulatedPbx, _: Ask) -> Answer:
    """`GET /api/IVRList`: the menus."""
    return _lines(pbx.directory.ivrs)


def faxes(pbx: SimulatedPbx, _: Ask) -> Answer:
    """`GET /api/FaxList`."""
    return _lines(pbx.directory.faxes)


def groups(pbx: SimulatedPbx, _: Ask) -> Answer:
    """`GET /api/GroupList`."""
    return _list({"Id": str(one.id), "Name": one.name} for one in pbx.directory.departments)


def _lines(lines: Iterable[Line]) -> Answer:
    return _list(
        {"Id": str(index), "Number": one.number, "Name": one.name} for index, one in enumerate(lines, start=60)
    )


def _list(rows: Iterable[dict[str, Any]]) -> Answer:
    return as_json({"list": list(rows)})

"""`trunkline status`."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from trunkline.cli.choices import Accounts, Pbxs
from trunkline.cli.context import Options, clear_errors, options_of

if TYPE_CHECKING:
    from trunkline.alerts import Alert
    from trunkline.models import Problem


def command(context: typer.Context, account: Accounts = None, pbx: Pbxs = None) -> None:
    """Say per PBX and CRM how fresh and complete it is, what is waiting, and what failed and why."""
    from trunkline import configfile
    from trunkline.store.alerts import open_alerts
    from trunkline.store.at_risk import lost_soon
    from trunkline.store.lake import Lake
    from trunkline.store.status import crm_status, pbx_status

    options = options_of(context)
    with clear_errors(options):
        config = configfile.load(options.config)
        chosen = configfile.account_ids(config, tuple(account or ()), tuple(pbx or ()))
        now = dt.datetime.now(dt.UTC)
        risks: dict[str, list[Problem]] = {}
        with Lake(Path(config.place(config.store.lake))).read() as connection:
            pbxs, crms, wrong = pbx_status(connection), crm_status(connection), open_alerts(connection)
            for one in chosen:
                risks |= lost_soon(connection, [system.id for system in one.pbx], now, one.timezone)
    for pbx_id, problems in risks.items():
        known = pbxs.setdefault(pbx_id, {})
        known["to_mend"] = [*known.get("to_mend", []), *map(dataclasses.asdict, problems)]
    result = []
    paused = _say_pause(options, config.state_folder, now)
    for one in chosen:
        options.say(f"{one.name} ({one.id})")
        for system in one.pbx:
            if not pbx or system.id in pbx:
                found = pbxs.get(system.id, {})
                result.append({"account_id": one.id, "pbx_id": system.id, **found})
                for line in _pbx_lines(system.id, found, now):
                    options.say(line)
        for crm in one.crm:
            found = crms.get(crm.id, {})
            result.append({"account_id": one.id, "crm_id": crm.id, **found})
            for line in _crm_lines(crm.id, found, now):
                options.say(line)
        for line in _alert_lines(one.id, wrong, now):
            options.say(line)
    chosen_ids = {one.id for one in chosen}
    alerts = [_alert_json(one) for one in wrong if one.account_id in chosen_ids]
    options.finish({"systems": result, "alerts": alerts, "sign_ins_paused_until": paused})


def _say_pause(options: Options, state: Path, now: dt.datetime) -> dt.datetime | None:
    """Says that new credentials are held back for all PBXs; until when, if they are."""
    from trunkline.adapters.pbx import fleet
    from trunkline.adapters.pbx.base import sign_in_folder

    found = fleet.pause(sign_in_folder(state), now)
    if found is None:
        return None
    options.say(f"✗ {found.message} — {found.mend}")
    return found.until


def _alert_lines(account_id: str, alerts: Sequence[Alert], now: dt.datetime) -> list[str]:
    """`2 alerts open: …`, the kinds in the order in which they opened; `trunkline alerts` says more."""
    from trunkline.store.status import age

    found = [one for one in alerts if one.account_id == account_id]
    if not found:
        return []
    kinds = Counter(one.kind.replace("_", " ") for one in found)
    named = ", ".join(kind if count == 1 else f"{count} × {kind}" for kind, count in kinds.items())
    count = f"{len(found)} alert{'s' * (len(found) > 1)} open"
    return [f"  ✗ {count}, the first {age(found[0].opened_at, now)}: {named} (trunkline alerts)"]


def _alert_json(alert: Alert) -> dict[str, Any]:
    names = ("kind", "subject", "account_id", "pbx_id", "opened_at")
    return {name: getattr(alert, name) for name in names}


def _pbx_lines(pbx_id: str, found: dict[str, Any], now: dt.datetime) -> list[str]:
    from trunkline.store.status import age

    if not found:
        return [f"  PBX {pbx_id}: nothing read yet; run `trunkline sync`"]
    version = found.get("version") or "of unknown version"
    until = f"complete until {age(found['read_until'], now)}" if found.get("read_until") else "nothing read yet"
    lines = [f"  PBX {pbx_id}: 3CX {version}, {until}, {found.get('calls', 0)} calls"]
    if recordings := found.get("recordings"):
        lines.append("    recordings: " + ", ".join(f"{count} {state}" for state, count in recordings.items()))
    if again := found.get("windows_to_read_again"):
        lines.append(f"    {again} windows to read again: {found.get('last_error') or 'incomplete'}")
    if quarantined := found.get("quarantined"):
        lines.append(f"    {quarantined} rows could not be read (table quarantine)")
    if unknown := found.get("legs_of_unknown_kind"):
        lines.append(f"    {unknown} leg{'s' * (unknown > 1)} of a kind that trunkline does not know (table legs)")
    marks = {True: "!", False: "✗"}
    return lines + [
        f"    {marks[bool(problem.get('is_risk'))]} {problem['message']} — {problem['mend']}"
        for problem in found.get("to_mend", [])
    ]


def _crm_lines(crm_id: str, found: dict[str, Any], now: dt.datetime) -> list[str]:
    from trunkline.store.status import age

    if not found:
        return [f"  CRM {crm_id}: nothing delivered yet"]
    counts = ", ".join(f"{found[state]} {state}" for state in ("delivered", "pending", "skipped", "failed"))
    lines = [f"  CRM {crm_id}: {counts}; newest {age(found['newest_delivery'], now)}"]
    lines += [f"    {count} × {reason}" for reason, count in list(found.get("reasons", {}).items())[:5]]
    return lines

"""`trunkline alerts`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trunkline.cli.choices import Accounts
from trunkline.cli.context import options_of, run

if TYPE_CHECKING:
    from trunkline.alerts import Alert
    from trunkline.reports.alerts_words import Said


def command(
    context: typer.Context,
    email: Annotated[bool, typer.Option("--email", help="Also mail what is new and what is over.")] = False,
    account: Accounts = None,
) -> None:
    """Say what is wrong by now: coverage that fell, recording switched off, silent PBXs, callers who wait."""
    from trunkline.flows import engine
    from trunkline.flows.alerts import alerts

    options = options_of(context)
    job = engine.run(alerts, config=options.config_path, accounts=account or [], email=email)
    found = run(options, job)
    for _alert, said in found.open_alerts:
        options.say(f"{said.where}: {said.what}")
        options.say(f"  {said.detail}")
        options.say(f"  → {said.mend}")
    count = len(found.open_alerts)
    options.say(f"{count} alert{'s' * (count != 1)} open: {found.opened} new, {found.closed} over since the last look")
    if email:
        options.say(f"{found.mailed} mail{'s' * (found.mailed != 1)} sent")
    for failure in found.failures:
        sys.stderr.write(f"  ✗ {failure}\n")
    result = {
        "alerts": [_as_json(alert, said) for alert, said in found.open_alerts],
        "opened": found.opened,
        "closed": found.closed,
        "mailed": found.mailed,
        "failures": [vars(one) for one in found.failures],
    }
    options.finish(result, 1 if found.failures else 0)


def _as_json(alert: Alert, said: Said) -> dict[str, Any]:
    return {
        "kind": alert.kind,
        "subject": alert.subject,
        "account_id": alert.account_id,
        "pbx_id": alert.pbx_id,
        "opened_at": alert.opened_at.isoformat(),
        "mailed_at": alert.mailed_at.isoformat() if alert.mailed_at else None,
        "evidence": dict(alert.evidence),
        "message": said.what,
        "detail": said.detail,
        "mend": said.mend,
    }

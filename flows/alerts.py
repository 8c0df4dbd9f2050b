"""`alerts`: what is wrong, mailed once when it opens and once when it is over."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from filelock import FileLock, Timeout

from trunkline.alerts import Alert
from trunkline.errors import TrunklineError
from trunkline.flows.engine import job
from trunkline.flows.outcome import Failure
from trunkline.flows.scope import Scope
from trunkline.reports.alerts_mail import callers, said
from trunkline.reports.alerts_words import Said
from trunkline.store.alerts import open_alerts
from trunkline.tasks.alerts import judge_alerts, mail_alerts
from trunkline.tasks.step import in_flow_run
from trunkline.tasks.work import Work, now

WAIT_SECONDS = 300.0  # for a run that mails at this moment; it knows the same lake


@dataclass(frozen=True)
class Alerted:
    """What is open now and what was done. `open_alerts`: each with its words, callers' numbers as in a mail."""

    open_alerts: list[tuple[Alert, Said]]
    opened: int
    closed: int
    mailed: int
    failures: list[Failure] = field(default_factory=list)


@job(name="alerts", run_name="alerts")
async def alerts(config: str | None = None, accounts: Sequence[str] = (), email: bool = False) -> Alerted:
    """Opens and closes alerts by what the lake says, and with `email` mails what is new and what is over.

    Raises:
        TrunklineError: Another run does the same now, and does not end.
    """
    scope = Scope.of(config, accounts, ())
    work = Work.open(scope.config)
    try:
        with FileLock(work.state / "alerts.lock", timeout=WAIT_SECONDS), work.lake.lingering():
            alerted = await asyncio.to_thread(_run, work, scope, email)
    except Timeout:
        raise TrunklineError("another run looks for alerts", mend="wait for it to end, or end it") from None
    if alerted.failures and in_flow_run():
        raise TrunklineError("; ".join(map(str, alerted.failures)))  # a run that nobody watches must not end in green
    return alerted


def _run(work: Work, scope: Scope, email: bool) -> Alerted:
    work.note_settings()
    moment = now()
    judged = judge_alerts(work.lake, scope.config, scope.accounts, moment)
    sent, failures = 0, list[Failure]()
    if email:
        mailed = mail_alerts(work.lake, scope.config, scope.accounts, moment)
        sent = mailed.sent
        failures = [Failure.of(f"alerts to {to}", error) for to, error in mailed.failed.items()]
    wanted = {account.id for account in scope.accounts}
    with work.lake.read() as connection:
        found = [one for one in open_alerts(connection) if one.account_id in wanted]
        numbers = callers(connection, scope.config, found, "mail")
    told = [(one, said([one], scope.config, numbers)[0]) for one in found]
    return Alerted(told, judged.opened, judged.closed, sent, failures)

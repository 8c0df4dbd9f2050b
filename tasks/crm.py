"""Step 5, per CRM: what is outstanding is delivered."""

from __future__ import annotations

from trunkline.config import Account
from trunkline.crms import Crm
from trunkline.retention import lines
from trunkline.tasks.deliver import DeliveryResult, deliver
from trunkline.tasks.step import step
from trunkline.tasks.work import Work, now


@step(lambda _work, account, crm, retry_failed=False: f"deliver {account.id} {crm.id}")  # noqa: ARG005
async def deliver_to(work: Work, account: Account, crm: Crm, retry_failed: bool = False) -> DeliveryResult:
    """Sends what is outstanding for one CRM; what goes wrong with it is in the result.

    Calls that are no longer kept are not told of either, whether they are removed already or not.
    """
    since = lines(account.retention, now()).calls
    links = work.config.signed_links()
    result = await deliver(
        work.lake,
        account,
        crm,
        work.recordings.get,
        link_to=(lambda key: links.to(account.id, key, now())) if links else None,
        since=since,
        retry_failed=retry_failed,
    )
    work.watcher.done("activities", sum(result.counts.values()))
    return result

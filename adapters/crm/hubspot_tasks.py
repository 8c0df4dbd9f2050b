"""HubSpot's tasks. No unique property is asked for on them, so an account needs but one, on calls."""

from __future__ import annotations

from trunkline.adapters.crm.base import Task
from trunkline.adapters.crm.hubspot_fields import escaped, instant
from trunkline.adapters.crm.hubspot_records import Records
from trunkline.entries import marker

# HubSpot's own kind of association, by its guide to tasks.
_TASK_TO_CONTACT = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 204}


class Tasks:
    """Tasks on contacts."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def find(self, task: Task) -> str | None:
        """The contact's task that holds our marker, read from the contact: a search may not show it yet."""
        if task.contact_id is None:
            return None
        ids = await self._records.associated("contacts", task.contact_id, "tasks")
        texts = await self._records.read_many("tasks", ids, ["hs_task_body"])
        ours = escaped(marker(task.key))
        return next((one for one, read in texts.items() if ours in (read.get("hs_task_body") or "")), None)

    async def write(self, task: Task) -> str:
        """A task on the contact, made with it in one request."""
        properties = {
            "hs_timestamp": instant(task.due_at),
            "hs_task_subject": task.title,
            "hs_task_body": escaped(f"{task.text}\n{marker(task.key)}"),
            "hs_task_status": "NOT_STARTED",
            "hs_task_type": "CALL",
        }
        on = [{"to": {"id": task.contact_id}, "types": [_TASK_TO_CONTACT]}] if task.contact_id else []
        return await self._records.create("tasks", properties, on)

    async def close(self, remote_id: str) -> None:
        """Marks it as completed."""
        await self._records.change("tasks", remote_id, {"hs_task_status": "COMPLETED"})

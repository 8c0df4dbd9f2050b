"""What is about to be lost at a PBX, in words, with the step that saves it."""

from __future__ import annotations

from trunkline.models import Problem
from trunkline.reports import words
from trunkline.reports.language import _, ngettext
from trunkline.store.at_risk import Risk


def message(risk: Risk) -> str:
    """`will delete 2 recordings that are not stored yet, the first on Wed 16 Sep: they wait to be fetched`."""
    day = words.day(risk.day)
    if risk.recordings is None:
        return _("its room for recordings is full about %(day)s: it stops recording, or deletes", day=day)
    return ngettext(
        "will delete %(num)s recording that is not stored yet, the first on %(day)s: %(why)s",
        "will delete %(num)s recordings that are not stored yet, the first on %(day)s: %(why)s",
        risk.recordings,
        day=day,
        why=_why(risk.cause),
    )


def _why(cause: str | None) -> str:
    if cause == "access":
        return _("the right to them is missing")
    if cause == "unreachable":
        return _("the PBX did not answer")
    return _("their address fails") if cause == "build" else _("they wait to be fetched")


def mend(risk: Risk) -> str:
    """The step that saves them."""
    if risk.recordings is None:
        return _("raise the recording quota in 3CX, or let it delete sooner")
    if risk.cause == "access":
        return _("give the API user the role Recording Manager, then run trunkline sync")
    if risk.cause == "unreachable":
        return _("run trunkline doctor --pbx %(pbx)s: it says which step fails", pbx=risk.pbx_id)
    if risk.cause == "build":
        return _("update 3CX, or save them in its console")
    return _("run trunkline recordings --pbx %(pbx)s now", pbx=risk.pbx_id)


def problem(risk: Risk) -> Problem:
    """The same as a technician is told it."""
    code = "room_full" if risk.recordings is None else "lost_soon"
    return Problem(code, message(risk), mend(risk), is_risk=True)

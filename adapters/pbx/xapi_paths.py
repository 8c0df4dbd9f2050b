"""v20's addresses, spelt the way every build takes them (v20 reference §3.2)."""

from __future__ import annotations

import datetime as dt

from trunkline.windows import Window

# Builds disagree: some ignore the period when it is written with encoded colons, others want them.
SPELLINGS = ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H%%3A%M%%3A%S.000Z")


CALL_LOG = "ReportCallLogData/Pbx.GetCallLogData"
OLD_LOG = "ReportCallLogData/Pbx.GetOldCallLogData"  # of before the upgrade to 20.0.6 (v20 reference §3.1)


def call_log(report: str, window: Window, hide_pcalls: bool, spelling: int = 0) -> str:
    """A call-log report; all eleven parameters are required, in this order, else the answer is 404."""
    return (
        f"/xapi/v1/{report}({_period(window, spelling)},sourceType=0,sourceFilter='',"
        "destinationType=0,destinationFilter='',callsType=0,callTimeFilterType=0,callTimeFilterFrom='0:00:0',"
        f"callTimeFilterTo='0:00:0',hidePcalls={str(hide_pcalls).lower()})"
    )


def probe_log(now: dt.datetime, hide_pcalls: bool) -> str:
    """One row of the last hour's call log: what a probe asks."""
    window = Window(now.replace(microsecond=0) - dt.timedelta(hours=1), now.replace(microsecond=0))
    return call_log(CALL_LOG, window, hide_pcalls) + "?$top=1&$skip=0"


def inbound_calls(window: Window, spelling: int = 0) -> str:
    """The inbound-calls report, one row per trunk call with its DID."""
    return f"/xapi/v1/ReportInboundCalls/Pbx.GetInboundCalls({_period(window, spelling)},trunkDns='',callsType=0)"


def abandoned_calls(window: Window, queues: list[str], spelling: int = 0) -> str:
    """The abandoned-queue-calls report of some queues, with any wait."""
    named = " ".join(queues)
    return (
        f"/xapi/v1/ReportAbandonedQueueCalls/Pbx.GetAbandonedQueueCallsData({_period(window, spelling)},"
        f"queueDns='{named}',waitInterval='0:00:0')"
    )


def recordings_filter(window: Window) -> str:
    """The query options that select a window of the recording list."""
    since, until = (f"{moment:{SPELLINGS[0]}}" for moment in (window.since, window.until))
    return f"&$filter=StartTime ge {since} and StartTime le {until}&$orderby=Id asc"


def download(native_id: str) -> str:
    """A recording by its id, the one address that all v20 builds have (v20 reference §4.3)."""
    return f"/xapi/v1/Recordings/Pbx.DownloadRecording(recId={int(native_id)})"


def _period(window: Window, spelling: int) -> str:
    form = SPELLINGS[spelling]
    return f"periodFrom={window.since:{form}},periodTo={window.until:{form}}"

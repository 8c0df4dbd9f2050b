"""A report as it comes from the lake, for tests of mailing; run as a program it mails it: to be killed at any moment.

`mailed_report.py SMTP_URL LAKE NEWS`.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Any

from trunkline.config import Config
from trunkline.reports.write import Built
from trunkline.store.lake import Lake
from trunkline.tasks.mailing import send_reports

NOW = dt.datetime(2026, 11, 16, 20, 30, tzinfo=dt.UTC)
OWNER, SECOND = "owner@acme.example", "second@acme.example"


def config(url: str, **mail: Any) -> Config:
    agency = {"id": "northwind", "name": "Northwind", "timezone": "Australia/Adelaide", "country": "AU"}
    return Config.model_validate({"agency": agency, "mail": {"url": url, "from": "r@northwind.example", **mail}})


def report(news: str = "4 callers", to: tuple[str, ...] = (OWNER, SECOND), scope: str = "acme", **more: Any) -> Built:
    """Acme's week; its version follows from `news`."""
    version = news.replace(" ", "-")
    return Built(
        **{
            "scope": scope,
            "name": "Acme Dental",
            "period": "2026-W46",
            "since": dt.datetime(2026, 11, 8, 13, 30, tzinfo=dt.UTC),
            "until": dt.datetime(2026, 11, 15, 13, 30, tzinfo=dt.UTC),
            "as_of": NOW,
            "figures": {"headline": None},
            "version": version,
            "paths": {},
            "subject": news,
            "text": news,
            "html": f"<p>{news}</p>",
            "recipients": to,
            "message_id": f"<{scope}.2026-W46.{version}@northwind.example>",
            "unsubscribe": "ops@northwind.example",
            "reply_to": "",
            "images": (),
            "is_read": True,
            "by_name": {},
            **more,
        }
    )


if __name__ == "__main__":
    send_reports(Lake(Path(sys.argv[2])), config(sys.argv[1]), [report(sys.argv[3])], lambda: NOW)

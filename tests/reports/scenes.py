"""Reports of every kind for a browser to look at: an ordinary week, a hard one, a quiet one, and a large agency."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
from small_lake import NOW, WEEK, Book, built, config, fill

from trunkline.config import Agency, Config
from trunkline.reports import read, render
from trunkline.reports.agency import AgencyFigures
from trunkline.reports.write import Built
from trunkline.settings import write_settings
from trunkline.store.lake import Lake

HOSTILE = "Acme <script>alert(1)</script> & \"Söhne\" '{{ 7 }}' \u05de\u05e8\u05e4\u05d0\u05ea \u202eevil\u202c 歯科"
LONG = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetzesbeauftragte"
NAMES = (HOSTILE, "\u05de\u05e8\u05e4\u05d0\u05ea \u05e9\u05d9\u05e0\u05d9\u05d9\u05dd", "山田歯科医院 予約受付", LONG)
CAUSES = (
    "access",
    "licence",
    "quota",
    "policy",
    "purged",
    "archived",
    "damaged",
    "build",
    "not_recorded",
    "unexplained",
)
CONTACT = "ops@northwind.example"
Filling = Callable[[duckdb.DuckDBPyConnection], None]


def hard(connection: duckdb.DuckDBPyConnection) -> None:
    """A bad week: many reasons, causes and places, callers of any name, and calls to play."""
    book = Book(connection)
    reasons = ("queue_abandoned", "no_answer", "voicemail", "ivr_abandoned", "not_offered", "busy", "unclassified")
    for number in range(60):
        day, hour = 9 + number % 5, 8 + (number * 7) % 10
        book.call(
            f"h{number}",
            f"2026-11-{day:02} {hour:02}:{number % 60:02}",
            "missed",
            f"+614220{number % 20:05}",
            wait_seconds=11.0 + number * 13 % 400,
            miss_reason=reasons[number % 7],
            queue=f"8{number % 9:02}",
            did=f"+618700{number % 12:05}",
            external_name=NAMES[number % 4],
        )
    for number in range(20):
        book.call(f"s{number}", f"2026-11-12 1{number % 7}:30", "answered", f"+6141400000{number}", wait_seconds=8)
        if number < len(CAUSES):
            book.recording(f"s{number}", "missing", cause=CAUSES[number], evidence='{"status": 403}')
        else:
            path = f"acme/acme-main/2026/11/12/{number}.wav"
            book.recording(f"s{number}", "stored", bytes=1000, audio_seconds=60.0, path=path)
    for dn, name in (("800", HOSTILE), ("801", LONG), ("802", "קבלה")):
        connection.execute("DELETE FROM pbx_settings WHERE dn = ?", [dn])
        book.put("pbx_settings", pbx_id="acme-main", dn=dn, name=name, kind="queue", day=WEEK.since.date())


def _hard_config(language: str = "en") -> Config:
    plain = config(name=HOSTILE).model_dump(by_alias=True, exclude_unset=True)
    plain["account"][1]["name"] = LONG
    plain["agency"]["language"] = language
    links = {"url": "https://play.northwind.example", "secret": "env:LINK_SECRET", "days": 7}
    return Config.model_validate(plain | {"links": links})


def lake_of(empty: Path, folder: Path, chosen: Config, *fillings: Filling) -> dict[str, Built]:
    """The week's reports by account id, of a new lake in `folder`."""
    folder.mkdir(parents=True)
    with Lake(Path(shutil.copy(empty, folder / "lake.duckdb"))).write() as connection:
        write_settings(connection, chosen, [2026])
        for filling in fillings:
            filling(connection)
        return built(connection, folder / "out", chosen)


def quiet(connection: duckdb.DuckDBPyConnection) -> None:
    """All was read, and nobody rang."""
    Book(connection).window("acme", "2026-11-01 00:00", "2026-11-17 00:00")
    Book(connection).window("bluegum", "2026-11-01 00:00", "2026-11-10 00:00")  # the rest is not read


def many(connection: duckdb.DuckDBPyConnection, count: int) -> AgencyFigures:
    """The figures of `count` accounts: those of the config over and over, each under a name of its own."""
    chosen = config()
    read.snapshot(connection, [WEEK], chosen.account)
    found = [read.account_figures(connection, account, WEEK, NOW) for account in chosen.account]
    accounts = tuple(
        dataclasses.replace(
            one,
            account=one.account.model_copy(
                update={"id": f"acct-{number}", "name": f"A rather long account name, number {number}"}
            ),
            reading=tuple(dataclasses.replace(pbx, pbx_id=f"acct-{number}-main") for pbx in one.reading),
        )
        for number in range(count)
        for one in [found[number % len(found)]]
    )
    agency: Agency = chosen.agency
    return AgencyFigures(agency, WEEK, accounts)


def documents(empty: Path, folder: Path) -> dict[str, Path]:
    """Name → file; the name ends in `mail` or `page`. LINK_SECRET is set."""
    small = lake_of(empty, folder / "small", config(), fill)
    worse = lake_of(empty, folder / "hard", _hard_config(), fill, hard)
    german = lake_of(empty, folder / "german", _hard_config("de"), fill, hard)
    still = lake_of(empty, folder / "quiet", config(), quiet)
    shown = {
        "account": small["acme"],
        "unread": small["stille"],
        "agency": small["northwind"],
        "hard": worse["acme"],
        "hard-agency": worse["northwind"],
        "german": german["acme"],
        "german-agency": german["northwind"],
        "quiet": still["acme"],
        "quiet-agency": still["northwind"],
    }
    found = {f"{name}-{kind}": one.paths[kind] for name, one in shown.items() for kind in ("mail", "page")}
    for name in ("german-agency-page", "quiet-agency-page"):  # as the others
        del found[name]
    found["index-page"] = folder / "small" / "out" / "index.html"
    with Lake(folder / "small" / "lake.duckdb").read() as connection:
        found["large-mail"] = folder / "large-mail.html"
        found["large-mail"].write_text(render.agency_mail(many(connection, 200), CONTACT)[0], "utf-8")
    return found

"""Every figure that a mail prints is reckoned here from the report's CSV alone; no other figure is printed."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator

import duckdb
import pytest
import worlds
from printed import Printed
from sums import CAUSES, REASONS, WEEKDAYS, Sums, between, count, difference, many, percent, points, read, share, span

from trunkline.config import Account
from trunkline.periods import parse
from trunkline.reports.build import Built, build
from trunkline.store.lake import migrate

SEEDS = [int(seed) for seed in os.environ.get("TRUNKLINE_SEEDS", "1 26").split()]
LATER = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
NO_FIGURE = (  # what has digits and is no figure of calls: times, thresholds, and how much of each PBX was read
    r"Read to .*",
    r"Nothing read yet.*",
    r".* of this period was read from .*",
    r".*: \d+ rows? received [=≠] .*",
    r"The lake reaches back to .*",
    r"Calls missed per weekday and hour[;,.] .*",
    r": .*",  # a definition
    r"Rates leave out .*",
    r"\d.* more are in the full report.*",
    r"You get this as .*",
)


Made = list[tuple[Built, Account | None]]


@pytest.fixture(scope="module", params=SEEDS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A scene's reports, the agency's last."""
    scene = worlds.scene(request.param)
    connection = duckdb.connect(":memory:")
    connection.execute("SET TimeZone = 'UTC'")
    migrate(connection)
    worlds.write(connection, scene)
    config = scene.config()
    period = parse(scene.period, scene.agency_zone, LATER)
    built = build(connection, config, period, config.account, tmp_path_factory.mktemp("out"), LATER)
    connection.close()
    yield list(zip(built, [*config.account, None], strict=True))


def test_an_accounts_mail_prints_what_its_csv_gives(made: Made) -> None:
    agency = {row["account_id"]: row for row in read(made[-1][0].paths["csv"])}
    for report, account in made:
        if account is not None:
            check_account(report, account, is_compared=agency[account.id]["before_offered"] != "")


def check_account(report: Built, account: Account, *, is_compared: bool) -> None:
    rows, html = read(report.paths["csv"]), Printed(report.html)
    now = Sums([row for row in rows if row["period"] == "this"])
    before = Sums([row for row in rows if row["period"] == "before"])
    if "not read" in html.texts:
        assert now.rows == []
        return
    what = re.findall(r"the (?:\w+|\d+ days) before", report.text)[0]
    compared = before if is_compared else None
    short = f"{account.missed.short_abandon_seconds:g} s"
    kpis = [
        *missed_kpi(now, compared, what, short),
        *never_kpi(now, compared, what, account),
        *coverage_kpi(now, compared, what),
    ]
    at = html.texts.index("Missed-call rate")
    assert html.texts[at : at + len(kpis)] == kpis
    assert html.tables.get("Callers to call back, most tries first", [])[1:] == call_back_table(now)
    check_heat(html, now)
    lost = [cells for title, lines in now.lost_by().items() for cells in lost_table(title, lines)] if now.lost else []
    assert [unnamed(one) for one in html.tables.get("Missed calls by reason, queue, number and extension", [])] == lost
    causes = html.tables.get("Recordings that are missing or not known, by cause", [])
    assert [[re.sub(r", .* since .*", "", one[0].split("\n")[0]), one[1]] for one in causes] == cause_table(now)
    said = {*kpis, lead(now, account, what), *foot(now), outside(now), recordings_note(now)}
    assert lead(now, account, what) in html.texts
    scored = without_scale(html.texts)
    for text in scored[scored.index(lead(now, account, what)) :]:
        assert text in said or not re.search(r"\d", text) or any(re.fullmatch(one, text) for one in NO_FIGURE), text
    shown = said if now.lost else said - {outside(now)}
    shown = shown if now.spoken else shown - {recordings_note(now)}
    assert shown - {""} <= set(html.texts)
    assert html.texts[1].startswith(lead(now, account, what))  # the preview in an inbox
    check_text(report, now, kpis, html)


def without_scale(texts: list[str]) -> list[str]:
    """Without the colours' scale over the hours: `1`, `2`, `3–4`, `5–7`, `8+`, each step beginning where one ends."""
    if "missed calls" not in texts:
        return texts
    end = texts.index("missed calls")
    start = max(place for place in range(end) if texts[place].startswith("Calls missed per weekday and hour"))
    steps = texts[start + 1 : end]
    ends = [int(re.findall(r"\d+", step)[-1]) for step in steps]
    assert [int(re.findall(r"\d+", step)[0]) for step in steps] == [1, *(one + 1 for one in ends[:-1])]
    return texts[: start + 1] + texts[end:]


def missed_kpi(now: Sums, before: Sums | None, what: str, short: str) -> list[str]:
    if not now.offered:
        return ["Missed-call rate", "no calls", "nobody rang from outside"]
    rate = share(now.lost, now.offered - now.short)
    change = f"no comparison with {what}"
    if before and before.offered:
        then = share(before.lost, before.offered - before.short)
        change = points(rate, then, what, lower_is_better=True, digits=1)
    elif before:
        change = f"{what}: no calls"
    detail = f"{now.lost} of {many(now.offered - now.short, 'call')}"
    if now.short:
        with_them = percent(share(now.missed, now.offered), 1)
        detail += f"; {now.short} more hung up within {short} ({with_them} with them)"
    return ["Missed-call rate", percent(rate, 1), change, detail]


def never_kpi(now: Sums, before: Sums | None, what: str, account: Account) -> list[str]:
    value = f"{'at least ' if now.unjudged else ''}{now.never}" if now.never or not now.unjudged else "not known"
    change = difference(now.never, before.never, what) if before else f"no comparison with {what}"
    if not now.callers:
        return ["Callers never called back", value, change, "no caller with a number was missed"]
    returned, through = count(now.callers, episode_state="returned"), count(now.callers, episode_state="self_recovered")
    waiting = count(now.callers, episode_state="open") - now.unjudged
    part = percent(share(returned, len(now.callers)))
    parts = [f"of {many(len(now.callers), 'missed caller')}, {returned} called back within {within(account)} ({part})"]
    parts += [f"{through} got through later"] if through else []
    parts += [f"{waiting} still in time"] if waiting else []
    parts += [f"{now.unjudged} not known: not every PBX was read"] if now.unjudged else []
    return ["Callers never called back", value, change, "; ".join(parts)]


def within(account: Account) -> str:
    return many(account.missed.callback_within.amount, account.missed.callback_within.unit)


def coverage_kpi(now: Sums, before: Sums | None, what: str) -> list[str]:
    rate = share(now.covered, now.judged)
    if now.judged:
        value, parts = percent(rate), [f"{now.covered} of {many(now.judged, 'call')} that should be recorded"]
    elif now.eligible:
        value, parts = "not known", [f"{many(now.eligible, 'call')} that should be recorded"]
    else:
        value, parts = "none due" if now.spoken else "no calls", ["no call was to be recorded"]
    if now.spoken_known:
        parts.append(f"{percent(share(now.recorded, now.spoken_known))} of all calls in which people spoke")
    parts += [f"{now.pending} pending"] if now.pending else []
    if now.unknown:
        parts.append(f"{now.unknown} not known: {', '.join(CAUSES[cause] for cause, _ in now.causes(is_unknown=True))}")
    change = f"no comparison with {what}"
    if before:
        then = share(before.covered, before.judged)
        change = points(rate, then, what, lower_is_better=False, digits=0) if before.eligible else f"{what}: none due"
    return ["Recording coverage", value, *([change] if now.judged else []), "; ".join(parts)]


def lead(now: Sums, account: Account, what: str) -> str:
    """The news, where it has a figure in it."""
    kind = what.split()[1]
    when = {"day": "on this day"}.get(kind, f"this {kind}") if " days " not in what else "in this period"
    waiting = count(now.callers, episode_state="open") - now.unjudged
    if not now.offered:
        return f"Nobody rang from outside {when}."
    if not now.missed:
        return f"Every caller was answered {when}."
    if now.never:
        was = "was" if now.never == 1 else "were"
        text = f"{many(now.never, 'caller')} {was} never called back within {within(account)} {when}"
        never = [row for row in now.callers if row["episode_state"] == "never_returned"]
        again = sum(int(row["episode_tries"]) > 1 for row in never)
        late = sum(row["seconds_to_callback"] != "" for row in never)
        extra = (
            [f"{again if now.never > 1 else 'they'}{' of them' if now.never > 1 else ''} tried more than once"]
            if again
            else []
        )
        extra += [f"{late} got a late call"] if late else []
        return text + ("; " + ", ".join(extra) if extra else "") + "."
    if now.unjudged:
        whom = many(now.unjudged, "missed caller")
        return f"Whether {whom} {when} got a call back is not known: not every PBX could be read."
    if waiting:
        return (
            f"Nobody was left without a call back {when} so far; {many(waiting, 'caller')} can still be called in time."
        )
    if now.callers:
        return f"Every missed caller was called back or got through {when}."
    withheld = count(now.rows, outcome="missed", caller="withheld")
    return f"Only callers who withheld their number were missed {when}: {withheld}."


def call_back_table(now: Sums) -> list[list[str]]:
    """As the mail cuts it: ten callers, of whose numbers the last three digits are shown."""
    return [
        [f"{masked(number)}\n{note}".strip(), f"{tries}", last, waited]
        for number, note, tries, last, waited in now.call_backs()[:10]
    ]


def masked(number: str) -> str:
    """Numbers of these worlds: `+61412000123` → `+61 4•• ••• 123`."""
    assert re.fullmatch(r"\+614\d{8}", number)
    return f"+61 4•• ••• {number[-3:]}"


def check_heat(html: Printed, now: Sums) -> None:
    """Each cell, and that no call is in none of them."""
    table = html.tables.get("Missed calls by weekday and hour")
    if table is None:
        assert now.lost == 0
        return
    starts = [int(head) for head in table[0][1:]]
    each = starts[1] - starts[0]
    shown = 0
    for name, *cells in table[1:]:
        for start, cell in zip(starts, cells, strict=True):
            calls = now.cell(WEEKDAYS.index(name) + 1, range(start, start + each))
            assert cell in ({"·", ""} if calls == 0 else {f"{calls}"}), (name, start)
            shown += calls
    assert shown == now.lost - count(now.rows, lost="true", in_hours="false")


def outside(now: Sums) -> str:
    """The line under the hours; empty where no hours are set."""
    if not any(row["in_hours"] for row in now.rows):
        return ""
    early = f" Not shown: {many(now.short, 'caller')} who hung up early." if now.short else ""
    calls = many(count(now.rows, lost="true", in_hours="false"), "missed call")
    return f"Outside opening hours and on holidays: {calls}.{early}"


def lost_table(title: str, lines: list[tuple[str, int]]) -> list[list[str]]:
    """At most five lines, and the rest in one."""
    said = [[REASONS.get(label, label), f"{calls}"] for label, calls in lines[:5]]
    rest = lines[5:]
    said += [[many(len(rest), "other"), f"{sum(calls for _, calls in rest)}"]] if rest else []
    return [[title, "Calls"], *said]


def unnamed(cells: list[str]) -> list[str]:
    """`Front desk (101)` → `101`, `+61 8 7000 1111` → `+61870001111`: a CSV has the number."""
    label = cells[0].replace(" ", "") if cells[0].startswith("+") else cells[0]
    return [re.sub(r"^.* \((\d+)\)$", r"\1", label), *cells[1:]]


def cause_table(now: Sums) -> list[list[str]]:
    lines = []
    for title, is_unknown in (("Missing because", False), ("Not known because", True)):
        found = now.causes(is_unknown)
        lines += [[title, "Calls"], *([CAUSES[cause], f"{calls}"] for cause, calls in found)] if found else []
    off, error = count(now.rows, not_eligible="switched_off"), count(now.rows, recorded_in_error="true")
    lines += [["Look at", "Calls"]] if off or error else []
    lines += [["not expected: switched off in 3CX", f"{off}"]] if off else []
    return lines + ([["recorded although the policy says no", f"{error}"]] if error else [])


def recordings_note(now: Sums) -> str:
    if not now.eligible:
        return "No call of this period was to be recorded."
    if not now.judged:
        due = many(now.eligible, "call")
        return f"No recording could be judged: {due} should be recorded, and of none it is known."
    said = [f"{now.covered} of {now.judged} calls that should be recorded have a verified recording."]
    if now.spoken_known:
        rate = percent(share(now.recorded, now.spoken_known))
        said.append(
            f"Of all {now.spoken_known} calls in which people spoke and whose recording is known of, {rate} have one."
        )
    if now.unmeasured:
        said.append(f"Of {now.unmeasured} only the file was checked, not its length: their PBX tells no talk time.")
    if now.paused:
        said.append(f"{many(now.paused, 'call')} of these shorter than the talk, where agents pause the recording.")
    said += [f"{now.pending} pending."] if now.pending else []
    return " ".join(said + ([f"{now.unknown} not known: neither covered nor missing."] if now.unknown else []))


def foot(now: Sums) -> list[str]:
    said = []
    if taken := now.seconds("seconds_to_callback"):
        half, nine = span(between(taken, 0.5)), span(between(taken, 0.9))
        text = f"Time to call back: half within {half}, nine in ten within {nine}"
        if opened := now.seconds("open_seconds_to_callback"):
            text += f" (in opening hours: {span(between(opened, 0.5))} and {span(between(opened, 0.9))})"
        said.append(text + ".")
    if withheld := count(now.rows, outcome="missed", caller="withheld"):
        said.append(f"{many(withheld, 'missed call')} from withheld numbers: nobody can call them back.")
    if unknown := count(now.rows, outcome="missed", short_abandon=""):
        said.append(f"{many(unknown, 'missed call')} without a known wait: counted as missed, not as short.")
    return said


def check_text(report: Built, now: Sums, kpis: list[str], html: Printed) -> None:
    """The text has the same figures as the HTML: key figures, callers, hours, places, causes and foot."""
    lines = report.text.splitlines()
    for start in ("Missed-call rate", "Callers never called back", "Recording coverage"):
        at = kpis.index(start)
        label, value, *more = kpis[at : at + 4] if start != "Recording coverage" else kpis[at:]
        change, detail = more if len(more) == 2 and not more[1].startswith("Callers") else ("", more[0])
        assert f"{label}: {value}" + (f" ({change})" if change else "") in lines
        assert f"  {detail}" in lines
    for cells in html.tables.get("Callers to call back, most tries first", [])[1:]:
        who = re.sub(r"\n(.*)", r" (\1)", cells[0])
        tries = "try" if cells[1] == "1" else "tries"
        assert f"- {who}: {cells[1]} {tries}, last {cells[2]}, waited {cells[3]}" in lines
    heat = html.tables.get("Missed calls by weekday and hour", [[]])
    for name, *cells in heat[1:]:
        said = ", ".join(f"{head}h {cell}" for head, cell in zip(heat[0][1:], cells, strict=True) if cell.isdigit())
        assert not said or f"- {name}: {said}" in lines
    for label, calls in html.tables.get("Missed calls by reason, queue, number and extension", []):
        assert calls == "Calls" or f"- {label}: {calls}" in lines
    for label, calls, *_ in html.tables.get("Recordings that are missing or not known, by cause", []):
        cause, _, mend = label.partition("\n")
        assert calls == "Calls" or f"- {cause}: {calls}. {mend}" in lines
    assert set(foot(now)) <= set(lines)


def test_the_agencys_mail_prints_what_its_csv_gives(made: Made) -> None:
    report = made[-1][0]
    rows, html = read(report.paths["csv"]), Printed(report.html)
    heard = [row for row in rows if row["pbxs_read"] != "0"]
    total = {head: sum(int(row[head] or 0) for row in heard) for head in rows[0] if row_is_count(head)}
    lost, offered = total["missed"] - total["short_abandons"], total["offered"] - total["short_abandons"]
    at = html.texts.index("Missed-call rate")
    assert html.texts[at + 1] == percent(share(lost, offered), 1)
    assert f"{lost} of {many(offered, 'call')}" in " ".join(html.texts[at + 2 : at + 4])
    at = html.texts.index("Callers never called back")
    least = "at least " if total["of_these_not_known"] else ""
    assert html.texts[at + 1] == f"{least}{total['never_called_back']}"
    assert f"of {total['missed_callers']} missed callers, {total['called_back']} called back" in html.texts[at + 3]
    at = html.texts.index("Recording coverage")
    covered = total["verified"] + total["paused"]
    judged = covered + total["of_another_length"] + total["missing"]
    none_judged = "not known" if total["eligible"] else "none due" if total["people_spoke"] else "no calls"
    assert html.texts[at + 1] == (percent(share(covered, judged)) if judged else none_judged)
    known = total["people_spoke"] - total["recorded_not_known"]
    assert f"{percent(share(total['recorded'], known))} of all calls in which people spoke" in " ".join(html.texts[at:])
    check_changes(rows, html)
    table = html.tables["Accounts, worst first"][1:]
    assert [row["account"] for row in rows] == [cells[0].split("\n")[0] for cells in table]
    for row, cells in zip(rows, table, strict=True):
        check_line(row, cells)
    assert f"{total['calls']} calls in the lake" in " ".join(html.texts)


def row_is_count(head: str) -> bool:
    return head not in {"account_id", "account", "missed_rate", "coverage_rate"}


def check_changes(rows: list[dict[str, str]], html: Printed) -> None:
    """The changes are of the accounts that were read in full in both periods."""
    same = [row for row in rows if row["before_offered"]]
    what = re.findall(r"the (?:\w+|\d+ days) before", " ".join(html.texts))[0]

    def of(*heads: str) -> int:
        return sum(int(row[head]) for row in same for head in heads)

    if not same:
        assert f"no comparison with {what}" in html.texts
        return
    lost, short = of("missed") - of("short_abandons"), of("short_abandons")
    then_lost = of("before_missed") - of("before_short_abandons")
    then = share(then_lost, of("before_offered") - of("before_short_abandons"))
    texts = " | ".join(html.texts)
    assert points(share(lost, of("offered") - short), then, what, lower_is_better=True, digits=1) in texts
    assert difference(of("never_called_back"), of("before_never_called_back"), what) in texts
    covered = of("verified", "paused")
    now = share(covered, covered + of("of_another_length", "missing"))
    if now is not None and of("before_eligible"):
        then = share(of("before_covered"), of("before_judged"))
        assert points(now, then, what, lower_is_better=False, digits=0) in texts


def check_line(row: dict[str, str], cells: list[str]) -> None:
    if row["pbxs_read"] == "0":
        assert cells[-1] == "not read"
        return
    lost = int(row["missed"]) - int(row["short_abandons"])
    rate = share(lost, int(row["offered"]) - int(row["short_abandons"]))
    covered = int(row["verified"]) + int(row["paused"])
    coverage = share(covered, covered + int(row["of_another_length"]) + int(row["missing"]))
    never = row["never_called_back"]
    if row["of_these_not_known"] != "0":
        never = f"at least {never}" if never != "0" else "–"
    said = [f"{lost}" if row["offered"] != "0" else "no calls", percent(rate), never, percent(coverage)]
    assert [cells[1], cells[2], cells[3], cells[-1]] == said


def test_the_accounts_csvs_sum_up_to_the_agencys(made: Made) -> None:
    """Each line of the agency's CSV is what the account's own calls give."""
    lines = {row["account_id"]: row for row in read(made[-1][0].paths["csv"])}
    for report, account in made[:-1]:
        assert account
        line, sums = lines[account.id], Sums([one for one in read(report.paths["csv"]) if one["period"] == "this"])
        if line["pbxs_read"] == "0":
            continue
        heads = ("calls", "offered", "missed", "short_abandons", "missed_callers", "never_called_back", "people_spoke")
        figures = (len(sums.rows), sums.offered, sums.missed, sums.short, len(sums.callers), sums.never, sums.spoken)
        assert {head: int(line[head]) for head in heads} == dict(zip(heads, figures, strict=True))
        assert (int(line["eligible"]), int(line["verified"]) + int(line["paused"])) == (sums.eligible, sums.covered)


def test_callers_can_be_told_apart_without_their_numbers(made: Made) -> None:
    for report, account in made[:-1]:
        assert account
        rows = read(report.paths["csv"])
        pairs = {(row["caller"], row["caller_key"]) for row in rows if row["caller"] not in {"", "withheld"}}
        assert len(pairs) == len({caller for caller, _ in pairs}) == len({key for _, key in pairs})
        assert all(re.fullmatch(r"caller \d+", key) for _, key in pairs)
        assert {row["caller_key"] for row in rows if row["caller"] in {"", "withheld"}} <= {""}

"""The folder of reports as a static web server serves it: what its indexes list, and to whom they lead."""

from __future__ import annotations

import re
import shutil
import threading
import time
from pathlib import Path
from urllib.parse import unquote

import pytest
from filelock import FileLock
from small_lake import NOW, Page, config

from trunkline.periods import parse
from trunkline.reports import folder, index
from trunkline.reports.write import Built

AGENCY = config().agency


def write(out: Path, *names: str) -> None:
    """The indexes of the agency and of these accounts."""
    client = config().account[1]
    index.write(out, config(), [client.model_copy(update={"id": name, "name": name}) for name in names])


def put(
    out: Path, account: str | None, period: str, kinds: tuple[str, ...] = ("page", "csv"), rate: str = "9.9%"
) -> None:
    """The files of one report, as `build` lays them down; `account` null: the agency's."""
    scope, place = account or AGENCY.id, out / account if account else out
    place.mkdir(parents=True, exist_ok=True)
    days = parse(period, "UTC", NOW)
    for path in folder.paths(place, scope, days, kinds).values():
        folder.put(path, b"content")
    folder.write_facts(place, scope, days, folder.Facts(f"{scope.title()} Ltd", rate, "at least 4", "not known"))


def said(path: Path) -> list[str]:
    """Headings, periods and names of reports of an index, from top to bottom."""
    return re.findall(r"<(?:h2|summary|th scope=\"row\")>(?:<a [^>]*>)?([^<]+)", path.read_text("utf-8"))


def links(path: Path) -> list[str]:
    return [unquote(values["href"] or "") for tag, values in Page(path.read_text("utf-8")).tags if tag == "a"]


def test_newest_first_the_agency_before_its_accounts(tmp_path: Path) -> None:
    put(tmp_path, "zeta", "2026-W45")
    put(tmp_path, None, "2026-W45")
    put(tmp_path, "zeta", "2026-10")
    put(tmp_path, "acme", "2026-W46")
    put(tmp_path, "zeta", "2026-W46")
    put(tmp_path, None, "2026-W46")
    put(tmp_path, "acme", "2026-11-01..2026-11-08")
    write(tmp_path, "acme", "zeta")
    both = ["Northwind Digital", "Acme Ltd", "Zeta Ltd"]
    newest = ["Week of 9–15 Nov 2026", *both, "1–7 Nov 2026", "Acme Ltd", "October 2026", "Zeta Ltd"]
    earlier = ["Earlier", "Week of 2–8 Nov 2026", "Northwind Digital", "Zeta Ltd"]
    assert said(tmp_path / "index.html") == [*newest, *earlier, "Accounts"]
    assert said(tmp_path / "zeta" / "index.html") == [
        "All reports, newest first",
        "Week of 9–15 Nov 2026",
        "Week of 2–8 Nov 2026",
        "October 2026",
    ]
    assert "acme/acme-2026-11-01_2026-11-08.csv" in links(tmp_path / "index.html")  # no two dots in an address


def test_a_run_for_one_account_keeps_what_others_wrote(tmp_path: Path) -> None:
    put(tmp_path, "acme", "2026-W45")
    put(tmp_path, "zeta", "2026-W45")
    write(tmp_path, "acme", "zeta")
    put(tmp_path, "acme", "2026-W46", rate="31.7%")
    write(tmp_path, "acme")
    top = (tmp_path / "index.html").read_text("utf-8")
    assert {"zeta/zeta-2026-W45.html", "acme/acme-2026-W45.html", "acme/acme-2026-W46.html"} < {
        *links(tmp_path / "index.html")
    }
    assert top.count("31.7%") == 1
    assert "9.9%" not in top  # figures of the newest week alone: an older week's are not told beside it
    assert (tmp_path / "acme" / "index.html").read_text("utf-8").count("9.9%") == 1


def test_what_is_deleted_goes_out_of_the_index(tmp_path: Path) -> None:
    put(tmp_path, "acme", "2026-W45", ("page", "pdf", "mail"))
    put(tmp_path, "acme", "2026-W46")
    put(tmp_path, "zeta", "2026-W46")
    write(tmp_path, "acme", "zeta")
    (tmp_path / "acme" / "acme-2026-W45.html").unlink()
    (tmp_path / "acme" / "acme-2026-W46.csv").unlink()
    shutil.rmtree(tmp_path / "zeta")
    write(tmp_path, "acme")
    assert links(tmp_path / "acme" / "index.html") == [
        "acme-2026-W46.html",
        "acme-2026-W46.html",
        "acme-2026-W45.pdf",
        "acme-2026-W45.mail.html",
    ]
    assert "zeta" not in (tmp_path / "index.html").read_text("utf-8")


@pytest.mark.parametrize("facts", [None, b"", b'{"name":"Acme Ltd"}', b"[1]"])
def test_figures_that_cannot_be_read_are_not_known(tmp_path: Path, facts: bytes | None) -> None:
    put(tmp_path, "acme", "2026-W46")
    path = tmp_path / "acme" / "acme-2026-W46.json"
    path.unlink() if facts is None else path.write_bytes(facts)
    write(tmp_path, "acme")
    html = (tmp_path / "index.html").read_text("utf-8")
    assert said(tmp_path / "index.html") == ["Week of 9–15 Nov 2026", "acme", "Accounts"]
    assert html.count('<td class="n">–</td>') == 3


def test_other_files_in_the_folder_are_not_reports(tmp_path: Path) -> None:
    put(tmp_path, "acme", "2026-W46")
    for name in ("acme-week.html", "acme-2026-W54.html", "acme.html", "zeta-2026-W46.html", ".acme-2026-W45.html.part"):
        (tmp_path / "acme" / name).touch()
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "acme-2026-W44.html").touch()
    assert [one.period.label for one in folder.found(tmp_path / "acme", "acme")] == ["2026-W46"]
    write(tmp_path)
    assert links(tmp_path / "index.html")[-1] == "acme/index.html"
    assert "W44" not in (tmp_path / "index.html").read_text("utf-8")


def test_what_is_too_much_for_one_page_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "MOST_REPORTS", 3)
    for period in ("2026-W45", "2026-W46"):
        put(tmp_path, None, period)
        for account in ("acme", "zeta"):
            put(tmp_path, account, period)
    write(tmp_path, "acme", "zeta")
    listed = [one for one in links(tmp_path / "index.html") if one.endswith("W45.html")]
    assert sorted(set(listed)) == ["acme/acme-2026-W45.html", "northwind-2026-W45.html"]
    assert "1 more: in the accounts' own folders." in (tmp_path / "index.html").read_text("utf-8")
    assert "zeta-2026-W45.html" in links(tmp_path / "zeta" / "index.html")


def test_a_run_waits_to_look_until_another_has_written_its_index(tmp_path: Path) -> None:
    put(tmp_path, "acme", "2026-W46")
    with FileLock(tmp_path / ".index.lock"):
        late = threading.Thread(target=write, args=(tmp_path, "acme"))
        late.start()
        time.sleep(0.3)  # long enough to have looked, did it not wait
        assert not (tmp_path / "index.html").exists()
        put(tmp_path, "zeta", "2026-W46")
    late.join(timeout=10)
    assert "zeta/zeta-2026-W46.html" in links(tmp_path / "index.html")


def test_a_file_is_replaced_at_once_and_nothing_is_left_of_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    folder.put(path, b"old")
    with path.open("rb") as served:
        folder.put(path, b"new, and longer")
        assert served.read() == b"old"  # whoever reads goes on reading the old one
    assert path.read_bytes() == b"new, and longer"
    (tmp_path / "a-folder").mkdir()
    with pytest.raises(OSError, match="a-folder"):
        folder.put(tmp_path / "a-folder", b"content")
    assert {one.name for one in tmp_path.iterdir()} == {"page.html", "a-folder"}


def test_every_link_leads_to_a_file_and_an_accounts_never_out_of_its_folder(
    reports: dict[str, Built],
) -> None:
    out = reports["northwind"].paths["page"].parent
    for path in out.rglob("*.html"):
        if path.name.endswith(".mail.html"):
            continue
        for link in links(path):
            if link.startswith(("#", "tel:")):
                continue
            assert re.fullmatch(r"[a-z0-9._/-]+", link, re.IGNORECASE), link  # relative, and safe in an address
            assert ".." not in link
            assert (path.parent / link).is_file(), (path, link)
    for scope, report in reports.items():
        assert "index.html" in links(report.paths["page"])
        others = {"acme", "bluegum", "stille"} - {scope} if scope != AGENCY.id else set()
        for name in ("index.html", report.paths["page"].name):
            here = (report.paths["page"].parent / name).read_text("utf-8").casefold()
            assert not [one for one in others if one in here]

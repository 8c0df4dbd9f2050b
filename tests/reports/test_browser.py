"""Mails and pages in a real browser, on a phone's screen and a mail client's, in the light and in the dark.

One browser looks at all of them (tests/browser); what it saw is kept in build/screenshots.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from scenes import documents

ROOT = Path(__file__).parents[2]
BROWSER = ROOT / "tests" / "browser"
SCREENSHOTS = ROOT / "build" / "screenshots"
pytestmark = [pytest.mark.node, pytest.mark.chromium, pytest.mark.slow]

Found = list[dict[str, Any]]


@pytest.fixture(scope="module")
def found(everything: Found) -> Found:
    """What the browser found of the reports."""
    return [one for one in everything if one["name"] != "broken-mail"]


@pytest.fixture(scope="module")
def everything(empty_lake: Path, tmp_path_factory: pytest.TempPathFactory) -> Found:
    """The same with a mail in which everything is wrong, document by document: see tests/browser/examine.js."""
    folder = tmp_path_factory.mktemp("documents")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LINK_SECRET", "x" * 32)
        looked_at = {**documents(empty_lake, folder), "broken-mail": BROWSER / "broken.html"}
    shutil.rmtree(SCREENSHOTS, ignore_errors=True)
    SCREENSHOTS.mkdir(parents=True)
    job = {
        "chromium": shutil.which("chromium"),
        "profile": str(folder / "profile"),
        "screenshots": str(SCREENSHOTS),
        "documents": [
            {"name": name, "path": str(path), "kind": name.rpartition("-")[2]} for name, path in looked_at.items()
        ],
    }
    ran = subprocess.run(
        ["node", "run.js"], cwd=BROWSER, input=json.dumps(job), capture_output=True, text=True, timeout=200, check=False
    )
    assert ran.returncode == 0, ran.stderr
    seen: Found = json.loads(ran.stdout)
    assert [one["name"] for one in seen] == [*looked_at]
    return seen


def each(found: Found) -> list[tuple[str, dict[str, Any]]]:
    """Every document in every mode."""
    return [
        (f"{one['name']} {mode['width']} {'bare' if mode['bare'] else mode['scheme']}", mode)
        for one in found
        for mode in one["modes"]
    ]


def test_the_checks_find_what_is_wrong(everything: Found) -> None:
    broken = everything[-1]
    assert broken["asked"] == ["https://tracker.example/pixel.png"]
    modes = dict(each([broken]))
    assert modes["broken-mail 600 light"]["scroll_width"] > 700
    assert modes["broken-mail 600 light"]["smallest_px"] == 9
    rules = {name: sorted(one["rule"] for one in mode["violations"]) for name, mode in modes.items()}
    assert rules["broken-mail 375 light"] == ["color-contrast", "image-alt"]
    assert rules["broken-mail 375 dark"] == ["color-contrast"]
    digit, *_others = modes["broken-mail 375 light"]["violations"][-1]["nodes"]
    assert "contrast of 3.66 " in digit or "contrast of 3.67 " in digit
    assert "none: position" in broken["complaints"]


def test_nothing_is_wider_than_the_screen(found: Found) -> None:
    assert len(each(found)) == 10 * 6 + 8 * 4  # mails also without their style sheet
    assert {name: one["scroll_width"] for name, one in each(found) if one["scroll_width"] > one["width"]} == {}


def test_nothing_is_asked_of_anybody_and_no_script_fails(found: Found) -> None:
    assert {one["name"]: one["asked"] for one in found if one["asked"]} == {}


def test_no_letters_are_too_small(found: Found) -> None:
    assert {name: one["smallest_px"] for name, one in each(found) if one["smallest_px"] < 12} == {}


def test_axe_finds_nothing_and_is_sure_of_it(found: Found) -> None:
    assert {name: one["violations"] for name, one in each(found) if one["violations"]} == {}
    assert {name: one["unsure"] for name, one in each(found) if one["unsure"]} == {}


def test_without_its_style_sheet_a_mail_says_the_same(found: Found) -> None:
    """Gmail shows it so to those with other providers' accounts."""
    mails = [
        {(mode["width"], mode["bare"]): mode["words"] for mode in one["modes"]} for one in found if "complaints" in one
    ]
    assert len(mails) == 10
    for words in mails:
        assert words[600, True].split() == words[600, False].split()
        assert words[375, True].split() == words[375, False].split()


def test_mail_clients_lack_only_what_is_known(found: Found) -> None:
    """caniemail.com's data; a new complaint is looked into, then mended or accepted with its reason."""
    accepted = json.loads((BROWSER / "accepted.json").read_text("utf-8"))
    complaints = {complaint for one in found for complaint in one.get("complaints", ())}
    assert complaints - accepted.keys() == set(), "new"
    assert accepted.keys() - complaints == set(), "no longer complained of: take them out"
    assert all(accepted.values())

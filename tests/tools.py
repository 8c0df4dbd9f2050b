"""Tools that are not Python and that some tests need: what each marker asks for, and what to do where it is absent."""

from __future__ import annotations

import functools
import shutil
import subprocess
from pathlib import Path

from trunkline.errors import ConfigError
from trunkline.reports import pdf

BROWSER = Path(__file__).parent / "browser"
_NODE = (20, 19)  # caniemail's oldest


def lacking(marker: str) -> str:
    """What is absent for tests marked so, in words; nothing where all is there, or the marker asks for no tool."""
    return {"chromium": _chromium, "node": _node, "pango": _pango}.get(marker, str)()


def _chromium() -> str:
    return "" if shutil.which("chromium") else "no chromium on this machine: install Debian's package chromium"


@functools.cache
def _pango() -> str:
    try:
        pdf.require()
    except ConfigError as error:
        return str(error)
    return ""


@functools.cache
def _node() -> str:
    wanted = ".".join(map(str, _NODE))
    if not shutil.which("node"):
        return f"no node on this machine: install Node.js {wanted} or newer"
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if tuple(int(part) for part in version.removeprefix("v").split(".")[:2]) < _NODE:
        return f"node is {version}: install Node.js {wanted} or newer"
    return "" if (BROWSER / "node_modules").is_dir() else "run npm ci in tests/browser"

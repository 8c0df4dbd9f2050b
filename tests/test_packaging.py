"""What ships is whole: every package and every file that is not Python."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = {"src/trunkline": "trunkline"} | {
    name: f"trunkline/{name}" for name in ("adapters", "cli", "flows", "reports", "simulator", "tasks")
}


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The files of a wheel that is built from a copy of the sources."""
    copy, out = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("out")
    for name in ("pyproject.toml", "README.md", "prefect.yaml"):
        shutil.copy(ROOT / name, copy)
    left_out = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, copy / name, symlinks=True, ignore=left_out)
    script = f"from setuptools import build_meta; print(build_meta.build_wheel({str(out)!r}))"
    subprocess.run([sys.executable, "-W", "ignore", "-c", script], cwd=copy, check=True, capture_output=True)
    with zipfile.ZipFile(next(out.glob("*.whl"))) as wheel:
        return set(wheel.namelist())


def test_no_file_is_forgotten(shipped: set[str]) -> None:
    here = {
        f"{target}/{path.relative_to(ROOT / folder)}"
        for folder, target in FOLDERS.items()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
    }
    assert here - shipped == set()


def test_every_package_is_listed_once() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    here = {
        ".".join([*target.split("/"), *path.parent.relative_to(ROOT / folder).parts])
        for folder, target in FOLDERS.items()
        for path in (ROOT / folder).rglob("__init__.py")
    }
    assert sorted(listed) == sorted(here)


def test_what_must_stand_at_the_root_does() -> None:
    wanted = {"pyproject.toml", "README.md", "flows", "tasks", "adapters", "reports", "tests", "prefect.yaml"}
    assert wanted <= {path.name for path in ROOT.iterdir()}

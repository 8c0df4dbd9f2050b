from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for `real_files`, which these tests share

from real_files import Maker


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    """Makes real recordings."""
    return Maker(tmp_path_factory.mktemp("recordings"))

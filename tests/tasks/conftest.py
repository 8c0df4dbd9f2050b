from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from trunkline.simulator.mail import MailSink
from trunkline.store.lake import Lake

sys.path.insert(0, str(Path(__file__).parent))  # for `alert_desk`, which these tests share

from alert_desk import Desk


@pytest.fixture
def desk(new_lake: Lake) -> Iterator[Desk]:
    with MailSink() as sink, stamina.set_testing(True, attempts=2), new_lake.lingering():
        yield Desk(new_lake, sink)

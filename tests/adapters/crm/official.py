"""Requests as a simulated server received them, held against a service's own OpenAPI documents (CRM reference §5.2)."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

from trunkline.simulator.crm.front import Seen

SPECS = Path(__file__).parents[4] / "shared" / "specs"
NEEDS_SPECS = [
    pytest.mark.shared,
    pytest.mark.skipif(not SPECS.is_dir(), reason="the official documents are not here (../shared/specs)"),
]


class Sent:
    """A request in openapi-core's words. `host_url`: the service's own, which the document names."""

    def __init__(self, seen: Seen, host_url: str) -> None:
        self.host_url = host_url
        self.method, self.path = seen.method.lower(), seen.path
        self.content_type = seen.headers.get("content-type", "")
        self.body = seen.body or None
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(parse_qsl(seen.query)), header=Headers(seen.headers.items())
        )


def opened(document: dict[str, Any]) -> OpenAPI:
    """A document as openapi-core reads it; the official ones are not all valid themselves."""
    return OpenAPI.from_dict(document, config=Config(spec_validator_cls=None))

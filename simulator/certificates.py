"""Certificates of simulated systems that are served over HTTPS, by an authority that is made up when needed."""

from __future__ import annotations

import atexit
import functools
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

DAYS = "2"
NAMES = "subjectAltName=DNS:localhost,IP:127.0.0.1"
NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


@dataclass(frozen=True)
class Certificates:
    """Files: whom to trust (`ca`), and what a server on loopback shows."""

    ca: Path
    certificate: Path
    key: Path


def is_possible() -> bool:
    """Whether this machine has what makes certificates."""
    return shutil.which("openssl") is not None


@functools.cache
def made() -> Certificates:
    """The authority, and a certificate for 127.0.0.1 and localhost that it signed; gone when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="trunkline-simulator-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    files = Certificates(folder / "ca.pem", folder / "certificate.pem", folder / "key.pem")
    ca_key, lasts = str(folder / "ca-key.pem"), ("-days", DAYS)
    signs = ("-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")
    name = ("-subj", "/CN=Simulated authority", *signs)
    _openssl("req", "-x509", *NEW_KEY, *lasts, *name, "-keyout", ca_key, "-out", str(files.ca))
    signed = ("-CA", str(files.ca), "-CAkey", ca_key)
    name = ("-subj", "/CN=localhost", "-addext", NAMES, "-addext", "basicConstraints=critical,CA:FALSE")
    out = ("-keyout", str(files.key), "-out", str(files.certificate))
    _openssl("req", "-x509", *NEW_KEY, *lasts, *signed, *name, *out)
    return files


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)  # noqa: S603, S607 - our own arguments

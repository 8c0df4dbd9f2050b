"""A logo's file: one that every mail program shows, and small enough to go with every mail."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from trunkline.errors import ConfigError

MOST_BYTES = 100_000
_KINDS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg", b"GIF87a": "gif", b"GIF89a": "gif"}


@dataclass(frozen=True)
class Picture:
    """A picture as stored. `kind` is `png`, `jpeg` or `gif`; `width` and `height` in pixels."""

    data: bytes
    kind: str
    width: int
    height: int


def read(path: Path, where: str) -> Picture:
    """The picture in a file; `where` names the setting in errors.

    Raises:
        ConfigError: No such file, too large, or no PNG, JPEG or GIF (mail programs show no SVG and no WebP).
    """
    import imagesize  # brings urllib.request; most configs name no logo

    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{where}: {path}: {error.strerror}", mend="name a file that this user can read") from None
    if len(data) > MOST_BYTES:
        raise ConfigError(
            f"{where}: {path} has {len(data):,} bytes; it goes with every mail",
            mend=f"make it smaller than {MOST_BYTES:,} bytes",
        )
    kind = next((kind for head, kind in _KINDS.items() if data.startswith(head)), None)
    width, height = imagesize.get(io.BytesIO(data)) if kind else (-1, -1)
    if kind is None or width < 1 or height < 1:
        raise ConfigError(f"{where}: {path} is no picture that mail programs show", mend="write it as PNG, JPEG or GIF")
    return Picture(data, kind, int(width), int(height))

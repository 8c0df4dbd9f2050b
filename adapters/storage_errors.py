"""What goes wrong where files are kept, in plain words: obstore's own text holds addresses, and may hold keys."""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections.abc import Iterator

from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

from trunkline.errors import StorageError

_NO_BUCKET = re.compile(r"NoSuchBucket|ContainerNotFound|specified (bucket|container) does not exist", re.IGNORECASE)
_STATUS = re.compile(r"status code: (\d{3})")
CANNOT_BE_HAD = (OSError, StorageError)
"""What reading and listing raise where a folder or an object store does not answer."""


@contextlib.contextmanager
def store_errors_said(place: str, key: str) -> Iterator[None]:
    """Turns what obstore raises into words; `key` is the file, or the folder, that was asked for.

    Raises:
        FileNotFoundError: No such file is kept.
        StorageError: No such bucket, refused credentials, no answer.
    """
    try:
        yield
    except FileNotFoundError as error:
        if _NO_BUCKET.search(str(error)):
            raise _no_bucket(place) from None
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), key) from None
    except BaseError as error:
        raise _plain(place, error) from None


def _plain(place: str, error: BaseError) -> StorageError:
    text = str(error)
    status = found[1] if (found := _STATUS.search(text)) else ""
    if _NO_BUCKET.search(text):
        return _no_bucket(place)
    if isinstance(error, PermissionDeniedError | UnauthenticatedError) or status in {"401", "403"}:
        return StorageError(
            f"{place}: access was refused",
            mend="correct the credentials in [store] options, and let them list, read, write and delete there",
        )
    if "incorrectly configured region" in text:
        return StorageError(f"{place}: it is kept in another region", mend="correct the region in [store] options")
    return StorageError(
        f"{place}: " + (f"the store answered {status}" if status else "no answer from the store"),
        mend="check [store] options, the network and the store; what was to be kept there is tried again next time",
    )


def _no_bucket(place: str) -> StorageError:
    return StorageError(
        f"{place}: there is no such bucket or container", mend="create it, or correct the address in [store]"
    )

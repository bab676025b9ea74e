"""Downloads the files that Keras keeps, when the user asks for it: the only way to the network.

A file takes its place in Keras's data folder once its checksum is right, and not before.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import socket
import ssl
import tempfile
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from desktop import paths
from desktop.document.data import Download
from desktop.document.files import reason
from desktop.engine.data_error import DataError
from desktop.engine.progress import Progress, between

_TIMEOUT = 10  # seconds without a byte
_BLOCK = 2**16  # bytes between two looks at whether to stop
_OWN = ("127.0.0.1", "localhost")  # may do without encryption


def missing(downloads: Sequence[Download]) -> tuple[Download, ...]:
    """Those of `downloads` that are not in Keras's data folder."""
    return tuple(each for each in downloads if not paths.keras_file(each.file).is_file())


def download(downloads: Sequence[Download], progress: Progress) -> None:
    """Download those of `downloads` that are missing. Raises DataError.

    `progress` may raise, which ends the download; what has come of the file is removed.
    """
    wanted = missing(downloads)
    total, before = sum(each.size for each in wanted), 0
    for each in wanted:
        _download(each, between(progress, before / total, (before + each.size) / total))
        before += each.size


def _download(wanted: Download, progress: Progress) -> None:
    """One file, into Keras's data folder."""
    address = urlsplit(wanted.url)
    if address.scheme != "https" and address.hostname not in _OWN:
        raise DataError(f"{wanted.url} is not encrypted (https), so nothing was downloaded")
    target = paths.keras_datasets() / wanted.file
    temporary: Path | None = None
    try:
        progress(0)
        with urllib.request.urlopen(wanted.url, timeout=_TIMEOUT) as response:
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=target.parent, prefix=".layerwise-", suffix=".part")
            temporary = Path(name)
            with os.fdopen(handle, "wb") as file:
                checksum = hashlib.new("md5" if len(wanted.checksum) == 32 else "sha256")
                size = 0
                while block := response.read(_BLOCK):
                    size += len(block)
                    if size > wanted.size:
                        break
                    checksum.update(block)
                    file.write(block)
                    progress(size / wanted.size)
        if size != wanted.size:
            found = f"ended after {size:,} of" if size < wanted.size else "has more than"
            raise DataError(
                f"The download of {target.name} {found} {wanted.size:,} bytes, so nothing was "
                "kept: try again, or choose a file"
            )
        if checksum.hexdigest() != wanted.checksum:
            raise DataError(
                f"{target.name} from {address.hostname} is not the file that was expected (its "
                "checksum is wrong), so nothing was kept: choose a file from elsewhere"
            )
        temporary.chmod(0o644)
        temporary.replace(target)
    except urllib.error.HTTPError as error:
        error.close()
        raise DataError(
            f"{address.hostname} has no {target.name} any more (it answers {error.code}): choose a "
            "file from elsewhere"
        ) from error
    except (urllib.error.URLError, TimeoutError, ConnectionError, socket.gaierror) as error:
        cause = error.reason if isinstance(error, urllib.error.URLError) else error
        if isinstance(cause, ssl.SSLError):
            raise DataError(
                f"{address.hostname} cannot be trusted ({cause.reason}), so nothing was downloaded"
            ) from error
        raise DataError(
            f"{address.hostname} cannot be reached; this computer seems to be offline: choose a "
            "file, or try again with a network"
        ) from error
    except http.client.HTTPException as error:
        raise DataError(f"The download of {target.name} was cut off: try again") from error
    except OSError as error:
        raise DataError(f"{target} could not be saved: {reason(error)}") from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)

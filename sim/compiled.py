"""Where compiled kernels are kept: a folder named by the source they were compiled from.

Numba notices an edit of the file that holds a kernel, but not of a file that the kernel imports; a folder
for each state of the sources leaves nothing stale to be found.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from numba import config

SOURCES = ("codes.py", "draws.py", "kernels")


def source_digest() -> str:
    """Digest of everything that kernels are compiled from, 16 hex digits."""
    digest = hashlib.blake2b(digest_size=8)
    here = Path(__file__).parent
    for name in SOURCES:
        place = here / name
        for file in sorted(place.glob("*.py")) if place.is_dir() else [place]:
            digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def cache_folder() -> Path:
    """Folder of the compiled kernels of these sources, below the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME")
    checked = "-checked" if config.BOUNDSCHECK else ""  # type: ignore[attr-defined]
    return (Path(base) if base else Path.home() / ".cache") / "kordon" / (source_digest() + checked)


def keep_by_source() -> None:
    """Let numba keep what it compiles in `cache_folder`, unless it was told another folder."""
    # numba fills its settings in at import, which its types do not show
    if not config.CACHE_DIR:  # type: ignore[attr-defined]
        config.CACHE_DIR = str(cache_folder())  # type: ignore[attr-defined]

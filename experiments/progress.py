"""How far a comparison is."""

from __future__ import annotations

from collections.abc import Callable

Tell = Callable[[int, int], None]
"""Told how much is done, of how much."""


class Counter:
    """Keys and points done, of so many; told to whoever asked."""

    def __init__(self, tell: Tell | None, whole: int) -> None:
        self._tell, self._whole, self._done = tell, whole, 0

    def add(self, n: int = 1) -> None:
        """Count some as done."""
        self._done += n
        if self._tell is not None and n:
            self._tell(self._done, self._whole)

    def expect(self, fewer: int) -> None:
        """Count on so many fewer."""
        self._whole -= fewer

"""How a world that cannot be is refused: everything that is wrong, at once."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class WorldError(Exception):
    """Everything that is wrong with the tables or with the world built from them."""

    def __init__(self, messages: Iterable[str]) -> None:
        self.messages = tuple(messages)
        super().__init__("\n".join([f"{len(self.messages)} fault(s)", *(f"  {m}" for m in self.messages)]))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` where a known name is close to a word, else nothing."""
    close = get_close_matches(word, sorted(known), n=1)
    return f"; did you mean '{close[0]}'?" if close else ""

"""Many runs and what people see of them: comparisons, the command line, figures, summaries and lists."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.effects import Effects, compare
    from experiments.figures import figure_of
    from experiments.intervention_page import page_of
    from experiments.pairs import PairingError
    from experiments.pool import TaskError
    from experiments.summary import summary_of

_HOME = {
    "Effects": "experiments.effects",
    "PairingError": "experiments.pairs",
    "TaskError": "experiments.pool",
    "compare": "experiments.effects",
    "figure_of": "experiments.figures",
    "page_of": "experiments.intervention_page",
    "summary_of": "experiments.summary",
}

__all__ = ["Effects", "PairingError", "TaskError", "compare", "figure_of", "page_of", "summary_of"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 (any public name)
    """Import a public name when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module 'experiments' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__

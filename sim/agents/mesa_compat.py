"""Mesa as the model and its agents see it: one set of names that behave alike on Mesa 3.3 and 3.5.

Importing Mesa 3.3 sets the start method of the whole process to "spawn"; here it is put back. Mesa 3.3 also
keeps every model for ever, in a table of agent numbers; `release` takes a finished one out. In a notebook
Mesa brings in a progress bar that warns that it cannot be drawn; nobody asked for it, so it is kept quiet.
Mesa ships no types, so what is used of it is declared in `mesa_compat.pyi`.
"""

from __future__ import annotations

import importlib
import multiprocessing
import warnings

_start_method = multiprocessing.get_start_method(allow_none=True)
with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "IProgress not found")
    _mesa = importlib.import_module("mesa")
multiprocessing.set_start_method(_start_method, force=True)

Agent = _mesa.Agent
DataCollector = _mesa.DataCollector
Model = _mesa.Model

__all__ = ["Agent", "DataCollector", "Model", "release"]


def release(model: Model) -> None:
    """Let a finished model be freed; call it last, since new agents would be numbered from 1 again."""
    getattr(Agent, "_ids", {}).pop(model, None)

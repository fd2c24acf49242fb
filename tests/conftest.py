"""What all tests share: no window, one thread, and the same Hypothesis examples in every session."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("NUMBA_NUM_THREADS", "1")

# Compiling a kernel takes seconds, once; a deadline would blame the example that happened to come first.
settings.register_profile(
    "kordon", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("kordon")

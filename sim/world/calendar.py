"""Hours since 2000, weeks, months: the one clock of the model."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

EPOCH = datetime(2000, 1, 1)
"""Hour 0, local standard time of the corridor, no daylight saving."""

HOURS_PER_WEEK = 168
MINUTES_PER_WEEK = 60 * HOURS_PER_WEEK


def moment_of(minute: int) -> datetime:
    """Date and time of an absolute minute."""
    return EPOCH + timedelta(minutes=int(minute))


def moments_of(minutes: NDArray[np.int64]) -> NDArray[np.datetime64]:
    """Dates and times of absolute minutes, (n,) datetime64[s]."""
    return np.datetime64(EPOCH, "s") + minutes.astype("timedelta64[m]")


def hours_of_week(first_hour: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Hour of day, day of week (Monday = 0) and month (January = 0) of 168 hours, each (168,) int64."""
    hours = first_hour + np.arange(HOURS_PER_WEEK)
    days = np.datetime64(EPOCH, "D") + (hours // 24).astype("timedelta64[D]")
    month = days.astype("datetime64[M]").astype(np.int64) % 12
    weekday = (days.astype(np.int64) + 3) % 7
    return hours % 24, weekday, month

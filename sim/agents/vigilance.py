"""What dulls a post: rare finds, heat, false alarms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def missed_share(prevalence: Floats, at_half: float, at_tenth: float, at_hundredth: float) -> Floats:
    """Share of targets that an observer misses at a prevalence, linear in its logarithm between 1 and 50 %.

    Source: Wolfe, Horowitz & Kenner 2005 (0.07, 0.16, 0.30 at 50, 10, 1 %); held constant beyond. The
    logarithmic form is that of Mitroff & Biggs 2014.
    """
    level = np.log10(np.clip(prevalence, 0.01, 0.5))
    return np.interp(level, [-2.0, -1.0, np.log10(0.5)], [at_hundredth, at_tenth, at_half])


def attention(prevalence: Floats, at_half: float, at_tenth: float, at_hundredth: float) -> Floats:
    """Hit rate at a prevalence relative to the hit rate at 50 %, (n,) float64 in (0, 1]."""
    return (1.0 - missed_share(prevalence, at_half, at_tenth, at_hundredth)) / (1.0 - at_half)


def heat_factor(
    temperature_c: Floats,
    humidity: Floats,
    humidity_c: Floats,
    shade_c: Floats,
    onset_c: Floats,
    loss_per_c: Floats,
) -> Floats:
    """Detection of a dog relative to mild weather, (n_posts, 24) float64 in [0, 1].

    Felt temperature is air + humidity_c x humidity - shade; each degree above the onset costs a share.
    Source: olfactometer study (hot-humid: substantial, cold: none); the linear form is an assumption.
    """
    felt = temperature_c + (humidity_c * humidity - shade_c)[:, None]
    return np.clip(1.0 - loss_per_c[:, None] * np.maximum(0.0, felt - onset_c[:, None]), 0.0, 1.0)


def training_factor(real_share: Floats, simulant_factor: Floats) -> Floats:
    """Detection of the teams of a post relative to teams trained on the real substance."""
    return real_share + (1.0 - real_share) * simulant_factor


def on_task_factor(shift_h: Floats, loss_per_h: Floats) -> Floats:
    """Detection by hour of day as a shift that starts at 8 wears on, (n_posts, 24); 1 where the loss is 0."""
    into = ((np.arange(24) - 8) % 24).astype(np.float64)
    return np.clip(1.0 - loss_per_h[:, None] * np.minimum(into[None, :], shift_h[:, None]), 0.0, 1.0)


def willingness(reluctance: Floats, false_alarms: Floats, inspected: Floats) -> Floats:
    """Selection that is left after a week's false alarms, (n_posts,) float64 in [0, 1]. Source: fact 48."""
    share = np.divide(false_alarms, inspected, out=np.zeros_like(inspected), where=inspected > 0.0)
    return 1.0 - reluctance * np.minimum(1.0, share)

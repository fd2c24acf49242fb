"""Chance to get through every route of every flow: as believed, and as it is."""

from __future__ import annotations

import numpy as np
from numba import njit

from sim.kernels.arrays import N_COVERS
from sim.kernels.encounter import bulk_of, dog_prob, found_prob, scan_prob


def _believed(rows, trafficker, first, check, risk):
    """Product over the posts of a route of 1 - believed risk, (n,) float64, for some rows of the options.

    `trafficker` (n,) is each row's organisation, `risk` (n_traffickers, n_posts * N_COVERS) its belief.
    """
    out = np.empty(rows.size)
    for i in range(rows.size):
        t, through = trafficker[i], 1.0
        for k in range(first[rows[i]], first[rows[i] + 1]):
            through *= 1.0 - risk[t, check[k]]
        out[i] = through
    return out


believed = njit(cache=True, nogil=True)(_believed)


def _actual(
    rows, trafficker, first, check, outbound, load_g, posts, mean_scale, mean_scan, mean_dog, dealings, rules
):
    """Chance that a load gets through as the posts are now, in a mean hour of the week, (n,) float64.

    A load that turns back tries again: its visits are taken as an endless geometric series.
    """
    out = np.empty(rows.size)
    for i in range(rows.size):
        j, t, through = rows[i], trafficker[i], 1.0
        for k in range(first[j], first[j + 1]):
            p, here = check[k] // N_COVERS, check[k] % N_COVERS
            if posts.open_hours[p] == 0:
                through = 0.0
                break
            c = posts.country[p]
            scale = mean_scale[p]
            if outbound[k]:
                scale *= posts.outbound_share[p]
            offer, accept = dealings.offer[t, p], dealings.accept[t, p]
            shown = bulk_of(load_g[j], rules.image_half_g[here])
            found = found_prob(
                dealings.tip[t, c],
                offer,
                accept,
                dealings.tip_factor,
                rules.turn_back,
                posts.is_patrol[p],
                posts.select[p, here],
                scale,
                posts.refused_select[p],
                scan_prob(mean_scan[p], rules.image[here], shown),
                dog_prob(mean_dog[p], rules.odour[here]),
                posts.find_on_tip[p],
                posts.open_on_alarm[p, here],
                posts.find_cold[p, here],
            )
            again = (1.0 - dealings.tip[t, c]) * offer * (1.0 - accept) * rules.turn_back
            kept = dealings.release[t, c] * dealings.goes_on[c]
            through *= 1.0 - found / (1.0 - again) * (1.0 - kept)
        out[i] = through
    return out


actual = njit(cache=True, nogil=True)(_actual)

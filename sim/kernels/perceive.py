"""Chance to get through every route of every flow: as believed, and as it is."""

from __future__ import annotations

import numpy as np
from numba import njit

from sim.kernels.arrays import N_COVERS
from sim.kernels.encounter import bulk_of, dog_prob, found_prob, met_prob, scan_prob


def _believed(ways, trafficker, first, check, risk):
    """Product over the posts of a route of 1 - believed risk, (n,) float64, for some ways.

    `trafficker` (n,) is each one's organisation, `risk` (n_traffickers, n_posts * N_COVERS) its belief.
    """
    out = np.empty(ways.size)
    for i in range(ways.size):
        t, through = trafficker[i], 1.0
        for k in range(first[ways[i]], first[ways[i] + 1]):
            through *= 1.0 - risk[t, check[k]]
        out[i] = through
    return out


believed = njit(cache=True, nogil=True)(_believed)


def _actual(
    ways, trafficker, first, check, outbound, load_g, posts, mean_scale, mean_scan, mean_dog, dealings, rules
):
    """Chance that a load gets through as the posts are now, in a mean hour of the week, (n,) float64.

    A load that turns back comes again, and at its last try stays.
    """
    out = np.empty(ways.size)
    for i in range(ways.size):
        j, t, through = ways[i], trafficker[i], 1.0
        for k in range(first[j], first[j + 1]):
            p, here = check[k] // N_COVERS, check[k] % N_COVERS
            if not posts.manned[p]:
                continue
            if posts.open_hours[p] == 0:
                through = 0.0
                break
            c = posts.country[p]
            scale = mean_scale[p]
            if outbound[k]:
                scale *= posts.outbound_share[p]
            scale *= dealings.trusted[t, c, here]
            offer, accept = dealings.offer[t, p], dealings.accept[t, p]
            tip, select = dealings.tip[t, c], posts.select[p, here]
            shown = bulk_of(load_g[i], rules.image_half_g[here])
            scan = scan_prob(mean_scan[p], rules.image[here], shown)
            dog = dog_prob(mean_dog[p], rules.odour[here])
            found = found_prob(
                tip,
                offer,
                accept,
                dealings.tip_factor,
                rules.turn_back,
                posts.is_patrol[p],
                select,
                scale,
                posts.refused_select[p],
                scan,
                dog,
                posts.find_on_tip[p],
                posts.open_on_alarm[p, here],
                posts.find_cold[p, here],
            )
            found_at_last = found_prob(
                tip,
                offer,
                accept,
                dealings.tip_factor,
                0.0,
                posts.is_patrol[p],
                select,
                scale,
                posts.refused_select[p],
                scan,
                dog,
                posts.find_on_tip[p],
                posts.open_on_alarm[p, here],
                posts.find_cold[p, here],
            )
            met = met_prob(posts.is_patrol[p], select, scale)
            again = (1.0 - tip) * met * offer * (1.0 - accept) * rules.turn_back
            still_here, caught = 1.0, 0.0
            for _ in range(rules.most_tries - 1):
                caught += still_here * found
                still_here *= again
            caught += still_here * found_at_last
            kept = dealings.release[t, c] * dealings.goes_on[c]
            through *= 1.0 - caught * (1.0 - kept)
        out[i] = through
    return out


actual = njit(cache=True, nogil=True)(_actual)

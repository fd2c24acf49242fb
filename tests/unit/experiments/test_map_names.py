"""Room for labels: no two overlap, and what hides least is chosen."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from experiments.map_names import LabelRoom

NOTHING = np.empty((0, 2))


def test_second_label_moves_away():
    room = LabelRoom((0, 0, 100, 100), NOTHING)
    assert room.place([(50, 50)], 20, 10) == (50, 50)
    assert room.place([(50, 50), (50, 61)], 20, 10) == (50, 61)
    assert room.place([(50, 50)], 20, 10) is None


def test_label_stays_inside():
    room = LabelRoom((0, 0, 100, 100), NOTHING)
    assert room.place([(5, 50), (95, 50), (50, 2)], 20, 10) is None


def test_free_ground_is_preferred_and_lines_can_be_forbidden():
    line = np.array([(x, 50.0) for x in range(100)])
    room = LabelRoom((0, 0, 100, 100), line)
    assert room.place([(50, 50), (50, 80)], 20, 10) == (50, 80)
    assert room.place([(20, 50)], 20, 10, hides=1) is None
    assert room.place([(20, 50)], 20, 10) == (20, 50)


@given(
    st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100), st.floats(1, 30), st.floats(1, 20)), max_size=30)
)
def test_no_two_labels_overlap(labels):
    room = LabelRoom((0, 0, 100, 100), NOTHING)
    placed = []
    for x, y, width, height in labels:
        centre = room.place([(x, y), (x + 10, y), (x, y + 10)], width, height)
        if centre:
            placed.append((*centre, width, height))
    for n, (x, y, width, height) in enumerate(placed):
        for other_x, other_y, other_width, other_height in placed[:n]:
            apart_x = abs(x - other_x) - (width + other_width) / 2
            apart_y = abs(y - other_y) - (height + other_height) / 2
            assert max(apart_x, apart_y) >= -1e-9

"""What makes no pairs is refused, with every reason."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from experiments.pairs import PairingError, Row, checked_keys, paired

ARMS, KEYS = ("a", "b"), (3, 1, 2)


def rows(arms: Sequence[str] = ("baseline", *ARMS), keys: Sequence[int] = (1, 2, 3)) -> list[Row]:
    return [Row(arm, key, "this", {"x": 10.0 * key + len(arm)}) for arm in arms for key in keys]


def refusal(given: list[Row], arms: Sequence[str] = ARMS, keys: Sequence[int] = KEYS) -> str:
    with pytest.raises(PairingError) as error:
        paired(given, arms, keys, "this")
    return str(error.value)


def test_pairs_follow_the_keys_whatever_the_order_of_rows():
    for given in (rows(), rows()[::-1]):
        pairs = paired(given, ARMS, KEYS, "this")
        assert pairs.column("a", lambda told: told["x"]).tolist() == [31.0, 11.0, 21.0]
        assert pairs.stack("baseline", lambda told: [told["x"], 0.0]).tolist()[0] == [38.0, 0.0]
        assert (pairs.arms, pairs.keys) == (ARMS, KEYS)


def test_a_missing_key_is_refused():
    assert "  b: no run of key 2\n" in refusal([r for r in rows() if (r.arm, r.key) != ("b", 2)]) + "\n"
    assert "a: no run of keys 3, 1, 2" in refusal(rows(("baseline", "b")))


def test_a_missing_baseline_is_refused():
    assert "baseline: no run of keys 3, 1, 2" in refusal(rows(ARMS))


def test_unpaired_keys_are_refused_on_both_sides():
    mixed = [r._replace(key=r.key + 10) if r.arm == "a" else r for r in rows()]
    told = refusal(mixed)
    assert "a: no run of keys 3, 1, 2" in told
    assert "a: runs of keys 11, 12, 13 beside the keys that are compared" in told


def test_a_repeated_run_is_refused():
    assert "a: more than one run of key 1" in refusal([*rows(), Row("a", 1, "this", {"x": 0.0})])


def test_rows_of_another_making_are_refused():
    mixed = [r._replace(definition="other") if r.arm == "b" and r.key == 3 else r for r in rows()]
    assert "b: 1 run of another scenario, intervention or code" in refusal(mixed)


def test_rows_of_another_arm_are_refused():
    assert "c: 3 runs of an arm that is not compared" in refusal(rows(("baseline", "a", "b", "c")))


def test_what_is_asked_must_make_sense():
    assert "no arm to compare" in refusal(rows(("baseline",)), arms=())
    assert "no key to run on" in refusal([], keys=())
    assert "a: asked for 2 times" in refusal(rows(), arms=("a", "a", "b"))
    assert "key 1: asked for 2 times" in refusal(rows(), keys=(1, 2, 3, 1))
    assert "baseline: is the baseline's name" in refusal(rows(), arms=("baseline", "a", "b"))


def test_every_reason_is_told_at_once():
    told = refusal([*rows(("baseline",)), Row("a", 1, "other", {}), Row("c", 1, "this", {})])
    assert len(told.splitlines()) == 5  # the heading, c, the other scenario, the keys of a, those of b


def test_keys_are_a_number_or_each_named_once():
    assert checked_keys(3) == (1, 2, 3)
    assert checked_keys(range(5, 8)) == (5, 6, 7)
    assert checked_keys([0, 2**64 - 1]) == (0, 2**64 - 1)


@pytest.mark.parametrize("keys", [0, -1, True, "12", 1.5, [], [1, 1], [1, -1], [2**64], [True], [1.0], None])
def test_other_keys_are_refused(keys: object):
    with pytest.raises(PairingError, match=r"^keys: "):
        checked_keys(keys)  # type: ignore[arg-type]

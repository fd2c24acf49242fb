"""The suite notices faults: each check holds, and fails when the fault it is there for is planted."""

from __future__ import annotations

import numpy as np
import pytest

from sim.model import CorridorModel
from sim.results.ledger import LedgerError
from tests.faults.planted.seams import carry_in_python, dispatch_in_python, post_hours_in_python
from tests.faults.planted_faults import FAULTS, Planted
from tests.pairing.small_runs import tutorial

CHECKS = tuple(dict.fromkeys(fault.caught_by for fault in FAULTS))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_holds(check):
    check()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_notices(fault: Planted, monkeypatch: pytest.MonkeyPatch):
    fault.plant(monkeypatch)
    with pytest.raises((AssertionError, LedgerError)):
        fault.caught_by()


def test_every_fault_is_another():
    assert len({fault.plant for fault in FAULTS}) == len(FAULTS) >= 20
    assert len(CHECKS) >= 20


def test_a_kernel_told_in_python_is_the_kernel(monkeypatch: pytest.MonkeyPatch):
    """Control: planting a kernel in Python is no fault by itself."""
    compiled = CorridorModel(tutorial(weeks=2), rng=81)
    compiled.run_model()
    carry_in_python(monkeypatch)
    dispatch_in_python(monkeypatch)
    post_hours_in_python(monkeypatch)
    told = CorridorModel(tutorial(weeks=2), rng=81)
    told.run_model()
    assert told.tally.log_sha256 == compiled.tally.log_sha256
    first, second = told.state(), compiled.state()
    for name in first:
        np.testing.assert_array_equal(first[name], second[name], err_msg=name)

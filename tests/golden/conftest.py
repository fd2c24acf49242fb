"""The option that writes golden records anew: `pytest tests/golden --update-golden`."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write the golden records anew, and skip their tests"
    )


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether records are to be written; the option is known if this folder is named when pytest starts."""
    return bool(request.config.getoption("--update-golden", default=False))

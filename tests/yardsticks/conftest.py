"""What the tests over hosts' own clients tell the table."""

from __future__ import annotations

import pytest

from tests.yardsticks.scenarios import Asked


@pytest.fixture
def asked(request: pytest.FixtureRequest) -> Asked:
    """Keeps how many requests each of the two made, in the test's report."""

    def keep(theirs: int, ours: int) -> None:
        request.node.user_properties.append(("asked", (theirs, ours)))

    return keep

"""A studio that renders into a folder of its own, once for all tests of a worker."""

import pytest

from buurtbel.neighbours.studio import Studio


@pytest.fixture(scope="session")
def studio(tmp_path_factory) -> Studio:
    folder = tmp_path_factory.mktemp("studio")
    return Studio(folder / "cache", folder / "no-humans")

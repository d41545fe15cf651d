"""A studio that renders into a folder of its own, once for all tests of a worker."""

import pytest

from simulation.sound.studio import Studio


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    folder = tmp_path_factory.mktemp("studio")
    return Studio(folder / "cache", folder / "no-humans")

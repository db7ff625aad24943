"""One real node for all tests of this folder, and databases that say what they hold."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcluster import cluster
from localcluster.layout import Workspace
from localcluster.real.needs import missing
from tests.engine.quick import quick

from .databases import KINDS, Database, deployed

_LONGEST = {
    name: place for place, name in enumerate(("test_postgresql", "test_redis", "test_quorum"))
}


def why_not() -> str | None:
    """What these tests lack here; None when nothing."""
    if not os.environ.get("STATEFAST_REAL"):
        return "needs a real node: `make test-real`, or STATEFAST_REAL=1, as root on Linux"
    return missing()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs the engine, and a node that runs pods."""
    here = [item for item in items if Path(item.path).is_relative_to(Path(__file__).parent)]
    # The files that take longest come first, so that both processes end at about the same time.
    here.sort(key=lambda item: _LONGEST.get(item.path.stem, len(_LONGEST)))
    items[:] = [*here, *(item for item in items if item.path.parent != Path(__file__).parent)]
    reason = why_not() if here else None
    for item in here:
        item.add_marker(pytest.mark.engine)
        item.add_marker(pytest.mark.real)
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A running cluster with a real node, kept where STATEFAST_TEST_STATE names a folder."""
    kept = os.environ.get("STATEFAST_TEST_STATE")
    # A node that one process kills is not to be another's.
    own = Path(kept or "") / os.environ.get("PYTEST_XDIST_WORKER", "")
    place = Workspace.at(own if kept else tmp_path_factory.mktemp("real"))
    try:
        cluster.up(place, real=True)
        with quick(place):
            yield place
    finally:
        if kept is None:
            cluster.down(place, delete=True)


@pytest.fixture(scope="module")
def database(workspace: Workspace, request: pytest.FixtureRequest) -> Iterator[Database]:
    """The database that the file is named after: its tests go on with the data of those before."""
    yield from deployed(KINDS[Path(request.path).stem.removeprefix("test_")], workspace)


@pytest.fixture
def kept(database: Database, request: pytest.FixtureRequest) -> Iterator[Database]:
    """The database with a marker of the test's own, which it has to hold afterwards as well.

    So it has to with those of the tests before.
    """
    database.write(request.node.name.removeprefix("test_").replace("_", "-")[:40])
    yield database
    database.assert_kept()

"""Members of a quorum come and go in one `up`, a member at a time, and every znode stays."""

import secrets
from collections.abc import Iterator

import pytest

from localcluster.layout import Workspace
from tests.engine.conftest import Deployment

from .databases import ZooKeeper


@pytest.fixture(scope="module")
def ensemble(workspace: Workspace) -> Iterator[ZooKeeper]:
    """One member, whose data goes through all the tests in their order."""
    made = ZooKeeper(Deployment(workspace, f"quorum-{secrets.token_hex(3)}"))
    try:
        made.up(replicas=1)
        yield made
    finally:
        made.remove()


@pytest.mark.parametrize(
    ("old", "new", "way"),
    [
        (1, 3, "1 -> 2 -> 3"),
        (3, 5, "3 -> 4 -> 5"),
        (5, 3, "5 -> 4 -> 3"),
        (3, 1, "3 -> 2 -> 1"),
        # The one that comes back has the volume that it left with.
        (1, 2, ""),
    ],
)
def test_every_znode_is_in_every_member(ensemble: ZooKeeper, old: int, new: int, way: str) -> None:
    assert len(ensemble.ready()) == old
    ensemble.write(f"written-by-{old}-for-{new}")
    assert way in ensemble.up(replicas=new)
    assert len(ensemble.pods()) == new
    ensemble.assert_kept()

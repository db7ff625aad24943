"""No test below the engine reads a cluster that happens to be there."""

import pytest


@pytest.fixture(autouse=True)
def no_cluster(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    if request.node.get_closest_marker("engine") is None:
        monkeypatch.setenv("KUBECONFIG", str(tmp_path_factory.getbasetemp() / "no-kubeconfig"))

"""No test below the engine reads a cluster that happens to be there, and none is decided by chance.

With STATEFAST_RANDOM=1 properties look elsewhere each time, as a search by hand should.
"""

import asyncio
import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("fixed", derandomize=True)
settings.register_profile("random", print_blob=True)
settings.load_profile("random" if os.environ.get("STATEFAST_RANDOM") else "fixed")


@pytest.fixture(autouse=True)
def no_cluster(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    if request.node.get_closest_marker("engine") is None:
        monkeypatch.setenv("KUBECONFIG", str(tmp_path_factory.getbasetemp() / "no-kubeconfig"))
    if request.node.get_closest_marker("real") is None:
        # What asks for the tests on a real node must not put those of all others on one.
        monkeypatch.delenv("STATEFAST_REAL", raising=False)


@pytest.fixture(autouse=True)
def event_loop_left_behind() -> Iterator[None]:
    """Whoever runs a loop of his own leaves the thread without one, and an Output needs one. What
    waits in it for ever is let go without a word: the collector comes at any time.
    """
    yield
    policy = asyncio.get_event_loop_policy()
    try:
        loop = policy.get_event_loop()
    except RuntimeError:
        policy.set_event_loop(policy.new_event_loop())
        return
    loop.set_exception_handler(lambda *_: None)


def pytest_collection_finish() -> None:
    """What is loaded by now stays, and need not be looked through for garbage in each test."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)

"""What a run leaves out, and no run has made, is no dependency of what it makes."""

from collections.abc import Callable

import pytest

from statefast import PersistentDeployment, PersistentStatefulSet
from tests.recording import Recording, Registered, run

from .samples import deployment_args, stateful_set_args


def registered(
    program: Callable[[], object], left_out: str = "", *, preview: bool = False
) -> Recording:
    return run(program, preview=preview, answers={left_out: None} if left_out else {})


def names(recording: Recording, made: Registered) -> set[str]:
    """Kind and name of what an object depends on."""
    them = {item.urn: f"{item.kind} {item.name}" for item in recording.resources}
    return {them[urn] for urn in made.dependencies}


def stateful_set() -> object:
    return PersistentStatefulSet("zk", stateful_set_args())


def deployment() -> object:
    return PersistentDeployment("zk", deployment_args())


@pytest.mark.parametrize(
    ("program", "kind"), [(stateful_set, "StatefulSet"), (deployment, "Deployment")]
)
def test_a_workload_is_made_after_all_around_it_that_is_there(
    program: Callable[[], object], kind: str
) -> None:
    whole = registered(program)
    needed = names(whole, whole.one(kind, "zk"))
    assert len(needed) > 1
    for one in needed:
        less = registered(program, one)
        assert names(less, less.one(kind, "zk")) == needed - {one}
        # Nothing that is new has an id at preview, and the order is shown all the same.
        shown = registered(program, one, preview=True)
        assert names(shown, shown.one(kind, "zk")) == needed

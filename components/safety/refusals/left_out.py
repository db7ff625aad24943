"""What `--target` leaves out and the engine imports all the same."""

from ...errors import StatefastError
from ..read.memory import memory_of_run

__all__ = ["refuse_left_out"]


def refuse_left_out(resource: str, name: str) -> None:
    """Refuses to import what is this stack's, in a run that leaves out the parent of it.

    The engine imports whatever `--target` and `--exclude` say, and not the component above: the
    state then has an object without its parent, and no command reads it any more (docs/engine.md
    69). It is known of a state that was lost, which has no record yet either.

    Args:
        resource: Kind and name of the object, for the error sentence.
        name: Its name.

    Raises:
        StatefastError: this run is such a one.
    """
    if memory_of_run().left_out:
        raise StatefastError(
            resource,
            "name",
            name,
            "but the one in the cluster is not in the state of this stack, which would take it back"
            " without what is above it, as this run leaves that out",
            "run pulumi up once without --target and --exclude",
        )

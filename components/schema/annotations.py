"""Annotations that more than the components read. It imports nothing: the CLI does without the SDK.

Written on what a stack makes, and read by the next run of any stack.
"""

__all__ = [
    "DISPOSABLE",
    "FIELD_MANAGER",
    "FORCE",
    "HOLD",
    "INSTANCE",
    "LEAVES",
    "OWNER",
    "PATCH_FORCE",
    "RETENTION",
    "SIZE",
    "STAYS",
    "field_manager",
]

OWNER = "statefast/stack"
RETENTION = "statefast/retention"
# What RETENTION says of data that may go with its stack.
DISPOSABLE = ("delete", "snapshot")
# What config asks of a claim, as a quantity.
SIZE = "statefast/size"
# Of the provider: under which name it applies an object.
FIELD_MANAGER = "pulumi.com/patchFieldManager"
# Of the provider: whether it takes fields from whoever has them.
PATCH_FORCE = "pulumi.com/patchForce"
FORCE = {PATCH_FORCE: "true"}
# The finalizer of a claim that goes to another class: it may not be made anew yet.
HOLD = "statefast/moving"
# On an object that stays when it leaves its stack: which stack that is. Operators hand annotations
# on to what they make, and that is not of the stack.
STAYS = "statefast/stays"
# The stack whose state had the object when it began to let go of it.
LEAVES = "statefast/leaves"
# The label that says which workload an object is of.
INSTANCE = "app.kubernetes.io/instance"


def field_manager(owner: str) -> str:
    """Who applies a workload that was another's: it may be told before who that will be.

    Args:
        owner: `<project>/<stack>`.
    """
    return f"statefast-pulumi-{owner.replace('/', '-')}"[:128]

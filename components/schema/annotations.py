"""Annotations that more than the components read. It imports nothing: the CLI does without the SDK.

Written on what a stack makes, and read by the next run of any stack.
"""

__all__ = ["INSTANCE", "OWNER", "RETENTION", "SIZE"]

OWNER = "statefast/stack"
RETENTION = "statefast/retention"
# What config asks of a claim, as a quantity.
SIZE = "statefast/size"
# The label that says which workload an object is of.
INSTANCE = "app.kubernetes.io/instance"

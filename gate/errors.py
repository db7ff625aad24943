"""What the gate says when it cannot judge."""

__all__ = ["GateError"]


class GateError(Exception):
    """There is no verdict; one sentence says why and what to do."""

"""What the gate says when it cannot judge."""

__all__ = ["GateError"]


class GateError(Exception):
    """There is no verdict; one sentence says why and what to do.

    Attributes:
        stack: The stack, where that much could be read.
    """

    def __init__(self, said: str, stack: str | None = None) -> None:
        self.stack = stack
        super().__init__(said)

"""What the gate says when it cannot judge."""

__all__ = ["GateError"]


class GateError(Exception):
    """There is no verdict; one sentence says why and what to do.

    Attributes:
        stack: The stack, where that much could be read.
        refused: Whether there is none for no other reason than that the program refused.
    """

    def __init__(self, said: str, stack: str | None = None, *, refused: bool = False) -> None:
        self.stack = stack
        self.refused = refused
        super().__init__(said)

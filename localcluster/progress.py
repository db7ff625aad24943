"""What a build says while it runs: a live counter on a terminal, a rare line elsewhere."""

import sys
import threading
import time
from types import TracebackType
from typing import Self

_HEARTBEAT = 30.0


def say(text: str) -> None:
    """Prints a line that concerns the user but is not the result of the command.

    Args:
        text: The line.
    """
    print(text, file=sys.stderr, flush=True)


def span(seconds: float) -> str:
    """Writes a duration for people.

    Args:
        seconds: The duration.

    Returns:
        Seconds, with a decimal as long as they are few.
    """
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"


class Step:
    """One part being built, told about until it ends."""

    def __init__(self, title: str) -> None:
        """Names the step; nothing is printed before it is entered."""
        self._title = title
        self._count = 0
        self._live = sys.stderr.isatty()
        self._done = threading.Event()
        self._began = time.monotonic()
        self._thread = threading.Thread(target=self._tell, daemon=True)

    @property
    def elapsed(self) -> float:
        """Seconds since the step was made."""
        return time.monotonic() - self._began

    def advance(self, line: str) -> None:
        """Takes notice of a line of `go build -v`: the path of a package now compiled."""
        # Other lines are about downloads, and have a colon.
        self._count += ":" not in line

    def _tell(self) -> None:
        while not self._done.wait(0.5 if self._live else _HEARTBEAT):
            text = f"{self._title}  {self.elapsed:.0f} s, {self._count} packages compiled"
            if self._live:
                # Back to the start of the line, and clear what the last text left there.
                print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
            else:
                say(text)

    def __enter__(self) -> Self:
        """Starts telling."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Says how it ended."""
        self._done.set()
        self._thread.join()
        if self._live:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
        if kind is None:
            say(f"{self._title}  built in {span(self.elapsed)}")
        else:
            outcome = (
                "interrupted" if issubclass(kind, KeyboardInterrupt | SystemExit) else "failed"
            )
            say(f"{self._title}  {outcome} after {span(self.elapsed)}")

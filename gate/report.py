"""All that was judged in one run, and whether it passes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from .judge import Verdict
from .library import Word
from .said import Said
from .severity import Severity

__all__ = ["Failure", "Report"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A stack without a verdict.

    Attributes:
        stack: Its name.
        said: Why, in a sentence.
        sentences: What the program itself said, refusals first.
        refused: Whether there is no verdict for no other reason than its refusals.
    """

    stack: str
    said: str
    sentences: tuple[Said, ...] = ()
    refused: bool = False

    @property
    def refusals(self) -> list[Said]:
        """The sentences for which the program did not go on."""
        return [its for its in self.sentences if its.word is Word.REFUSES]


@dataclass(frozen=True, kw_only=True)
class Report:
    """Verdicts, and stacks that there is none for.

    Attributes:
        verdicts: The worst first.
        failures: Each keeps the whole from passing.
        fail_on: The least severity that does not pass.
    """

    verdicts: Sequence[Verdict]
    failures: Sequence[Failure]
    fail_on: Severity

    @cached_property
    def severity(self) -> Severity:
        """The worst of all verdicts."""
        return max((verdict.severity for verdict in self.verdicts), default=Severity.SAFE)

    @property
    def stacks(self) -> Sequence[str]:
        """Names of all stacks, sorted."""
        names = {verdict.stack for verdict in self.verdicts}
        return sorted(names | {failure.stack for failure in self.failures})

    @property
    def passed(self) -> bool:
        """Whether the change may be merged."""
        return not self.failures and bool(self.verdicts) and self.severity < self.fail_on

    @property
    def exit_code(self) -> int:
        """0 passes, 1 is stopped for its verdict, 2 has no verdict."""
        if self.failures or not self.verdicts:
            return 2
        return 0 if self.passed else 1

"""Several refusals at once: who has three keys wrong corrects them in one go."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pulumi

from ..errors import StatefastError

__all__ = ["Collected", "StatefastErrors"]


class StatefastErrors(StatefastError):
    """More than one refusal. As a text each stands on a line of its own, in its frame.

    Attributes:
        errors: The refusals. The other attributes are those of the first one.
    """

    def __init__(self, errors: Iterable[StatefastError]) -> None:
        self.errors = tuple(errors)
        first = self.errors[0]
        self.resource, self.field, self.value = first.resource, first.field, first.value
        self.problem, self.remedy = first.problem, first.remedy
        self.sentence = " ".join(error.sentence for error in self.errors)
        pulumi.RunError.__init__(self, "\n".join(str(error) for error in self.errors))


class Collected:
    """Goes on after a refusal, to find the next one."""

    def __init__(self) -> None:
        self._errors: dict[str, StatefastError] = {}

    def __bool__(self) -> bool:
        """Whether anything was refused."""
        return bool(self._errors)

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Keeps a refusal for `done`."""
        try:
            yield
        except StatefastErrors as several:
            for error in several.errors:
                self.add(error)
        except StatefastError as error:
            self.add(error)

    def add(self, refusal: StatefastError) -> None:
        """Keeps one for `done`."""
        self._errors[refusal.sentence] = refusal

    def done(self) -> None:
        """Refuses what was refused.

        Raises:
            StatefastError: the one, or all of them.
        """
        errors = list(self._errors.values())
        if len(errors) > 1:
            raise StatefastErrors(errors)
        if errors:
            raise errors[0]

"""One field on both sides of an edit."""

from dataclasses import dataclass

from .values import conceals

__all__ = ["Sides"]


@dataclass(frozen=True, slots=True)
class Sides:
    """A field before and after.

    Attributes:
        old, new: As `look` gives them.
        word: Whether the engine says that it differs; None where it does not say.
        within: Whether it says so of the field itself or of a part of it, not of what holds it.
    """

    old: object
    new: object
    word: bool | None = None
    within: bool = False

    @property
    def same(self) -> bool:
        """Whether it is known to stay what it is; no is no knowledge of the contrary."""
        sides = [self.old, self.new]
        if self.word is False and conceals(sides) and not conceals(sides, secrets=False):
            # Of a secret the engine knows what it does not show; of the rest it is not believed
            # against what is to be seen.
            return True
        # What differs and is on neither side, or is one on both, was left out.
        return self.old == self.new and not self.within and not (self.word and self.old is None)

    @property
    def left_out(self) -> bool:
        """Whether the engine says that it differs, and neither side shows how."""
        return self.within and (self.old or None) == (self.new or None)

    @property
    def shown(self) -> bool:
        """Whether both sides can be read."""
        return not conceals([self.old, self.new])

"""What the gate takes from the components: consent, sizes, majorities and the frame of sentences.

The components are `components` in a checkout and `statefast` once installed, and the console
script sees the second name in both. This is the one place where the two names meet.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from components.guard.consent import DELETES_CLAIMS, Change
    from components.marks import Word, sentences
    from components.numerals import parse_quantity
    from components.quorum import Members, majorities_meet, one_at_a_time
else:
    from statefast.guard.consent import DELETES_CLAIMS, Change
    from statefast.marks import Word, sentences
    from statefast.numerals import parse_quantity
    from statefast.quorum import Members, majorities_meet, one_at_a_time

__all__ = [
    "DELETES_CLAIMS",
    "Change",
    "Members",
    "Word",
    "majorities_meet",
    "one_at_a_time",
    "parse_quantity",
    "sentences",
]

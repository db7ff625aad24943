"""What the gate takes from the components: consent, sizes, majorities, the frame of sentences."""

from statefast.marks import Word, sentences
from statefast.safety.consent import DELETES_CLAIMS, Change
from statefast.safety.quorum import Members, majorities_meet, one_at_a_time
from statefast.schema.numerals import parse_quantity

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

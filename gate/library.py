"""What the gate takes from the components: consent and sizes.

The components are `components` in a checkout and `statefast` once installed, and the console
script sees the second name in both. This is the one place where the two names meet.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from components.guard.consent import DELETES_CLAIMS, Change
    from components.numerals import parse_quantity
else:
    from statefast.guard.consent import DELETES_CLAIMS, Change
    from statefast.numerals import parse_quantity

__all__ = ["DELETES_CLAIMS", "Change", "parse_quantity"]

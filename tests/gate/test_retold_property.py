"""A preview that is told in another way has its verdict; one that says less does not pass.

`STATEFAST_EXAMPLES` says how many are tried, as in `test_hidden_property`.
"""

import random
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from .corpus import DANGEROUS, HARMLESS
from .handmade import Json
from .retold import HARMLESS_WAYS, WAYS, Way
from .test_hidden_property import MANY, ORDERS, passes, severity_of


def _told(document: Json, ways: Mapping[str, Way], order: random.Random) -> tuple[list[str], Json]:
    chosen = order.sample(sorted(ways), order.randint(1, 4))
    for name in chosen:
        document = ways[name](document, order)
    return chosen, document


@given(name=st.sampled_from(sorted(DANGEROUS)), order=ORDERS)
@MANY
def test_a_dangerous_one_passes_in_no_other_words(name: str, order: random.Random) -> None:
    chosen, document = _told(DANGEROUS[name], WAYS, order)
    assert not passes(document), chosen


@given(name=st.sampled_from(sorted({**DANGEROUS, **HARMLESS})), order=ORDERS)
@MANY
def test_the_verdict_is_the_same_in_other_words(name: str, order: random.Random) -> None:
    document = {**DANGEROUS, **HARMLESS}[name]
    chosen, told = _told(document, HARMLESS_WAYS, order)
    assert severity_of(told) is severity_of(document), chosen

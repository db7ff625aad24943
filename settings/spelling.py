"""What a component refuses of config, in the words that the config is written in.

A component names its args as code does, and config writes them in camelCase: who wrote
`allowVolumeExpansion` is told of that, and not of `allow_volume_expansion`.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import get_args

from statefast import (
    PersistentDeploymentArgs,
    PersistentStatefulSetArgs,
    StatefastError,
    StorageClassArgs,
    VolumeAttributesClassArgs,
    VolumeSnapshotClassArgs,
)
from statefast.errors import Words
from statefast.schema.collected import StatefastErrors
from statefast.schema.shape import camel, keys_of

__all__ = ["ConfigWords", "as_config_says"]

# What comes before a consent in a remedy.
_CONSENT = "consent"

_SHAPES = (
    PersistentStatefulSetArgs,
    PersistentDeploymentArgs,
    StorageClassArgs,
    VolumeSnapshotClassArgs,
    VolumeAttributesClassArgs,
)


class ConfigWords(Words):
    """The words of config.

    Args:
        places: By resource, and by the beginning of a field of its args, where config says it,
            e.g. `volumes[0]` by `storage`. Of several that fit the longest counts.
        otherwise: The same for every other resource.
    """

    def __init__(
        self,
        places: Mapping[str, Mapping[str, str]] | None = None,
        otherwise: Mapping[str, str] | None = None,
    ) -> None:
        self._places = places or {}
        self._otherwise = otherwise or {}

    def error(self, refusal: StatefastError) -> StatefastError:
        """The refusal with its fields as config has them."""
        found = self._places.get(refusal.resource, self._otherwise)
        return StatefastError(
            refusal.resource,
            _spelled(_placed(refusal.field, found)),
            refusal.value,
            _spelled(refusal.problem),
            self.text(refusal.remedy),
        )

    def text(self, sentence: str) -> str:
        """A sentence with keys as config has them; a consent is copied word for word."""
        said, consent, text = sentence.partition(_CONSENT)
        return _spelled(said) + consent + text


@contextmanager
def as_config_says(words: Words) -> Iterator[None]:
    """Raises refusals of components again, in the words of config.

    Raises:
        StatefastError: what was raised.
    """
    try:
        yield
    except StatefastErrors as several:
        raise StatefastErrors(words.error(error) for error in several.errors) from None
    except StatefastError as error:
        raise words.error(error) from None


def _placed(field: str, places: Mapping[str, str]) -> str:
    for arg in sorted(places, key=len, reverse=True):
        if field == arg or field.startswith(f"{arg}."):
            return places[arg] + field.removeprefix(arg)
    return field


def _spelled(text: str) -> str:
    return re.sub(r"[a-z]+(?:_[a-z]+)+", lambda word: _keys().get(word[0], word[0]), text)


@cache
def _keys() -> Mapping[str, str]:
    """The keys of more than one word that config has, as code writes them."""
    found: dict[str, str] = {}
    waiting: list[object] = list(_SHAPES)
    while waiting:
        kind = waiting.pop()
        waiting += get_args(kind)
        for name, key in keys_of(kind).items() if isinstance(kind, type) else ():
            found[name] = camel(name)
            waiting.append(key.kind)
    return {name: written for name, written in found.items() if name != written}

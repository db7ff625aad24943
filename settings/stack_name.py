"""Names that follow the stack: what lets one config serve every review stack."""

from collections.abc import Mapping

__all__ = ["named_after_stack"]

# What belongs to the whole cluster, where two stacks with one config would meet.
_KEYS = ("statefast:namespace", "statefast:storageClass")
_PLACEHOLDER = "{stack}"


def named_after_stack(config: Mapping[str, str], stack: str) -> dict[str, str]:
    """The config with `{stack}` replaced in the namespace and in the storage class.

    A stack's name is its own in the project, so two review stacks never share an object.

    Args:
        config: Key to value as the engine hands it over.
        stack: Name of the stack, the former one where it was renamed; letters, digits, dashes,
            dots and underscores only, so it breaks no JSON.
    """
    return {
        key: value.replace(_PLACEHOLDER, stack) if key in _KEYS else value
        for key, value in config.items()
    }

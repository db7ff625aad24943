"""Values in the answers of the engine, as Python has them."""

from typing import Any

__all__ = ["fields"]

# The longest part of many objects, and of no use here.
_NEVER_READ = frozenset({"managedFields"})
# How the engine writes a value that is more than a value, and a secret among them.
_SPECIAL, _SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"


def _opened(value: Any) -> Any:  # noqa: ANN401  a message without a type
    """A value as Python has it, with whole numbers whole and no seal on secrets.

    Written out here: the library's own way takes twice as long, and a state may have many values.
    """
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return value.string_value
    if kind == "struct_value":
        return fields(value.struct_value)
    if kind == "list_value":
        return [_opened(item) for item in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    return value.bool_value if kind == "bool_value" else None


def fields(struct: Any) -> Any:  # noqa: ANN401  see _opened
    """What an answer holds: a mapping, or the value alone where the engine seals it.

    Args:
        struct: As the engine writes it.
    """
    found = struct.fields
    if _SPECIAL in found and found[_SPECIAL].string_value == _SECRET:
        return _opened(found["value"])
    return {key: _opened(item) for key, item in found.items() if key not in _NEVER_READ}

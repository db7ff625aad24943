"""Which folder of a volume a container sees: by its name, or put together from variables."""

import json
import re
from hashlib import sha256

from .values import Hidden, conceals, look

__all__ = ["digest", "folder_of"]

# Two dollars stand for one, and name no variable.
_VARIABLE = re.compile(r"(?<!\$)\$\(([^()]+)\)")


def folder_of(mount: object, container: object) -> object:
    """The folder, empty for all of the volume; Hidden where it is not known.

    The same expression is another folder where a variable is another one.
    """
    plain, expression = look(mount, "subPath"), look(mount, "subPathExpr")
    if expression is None:
        # No variable is put in here, whatever it looks like.
        return plain.replace("$", "$$") if isinstance(plain, str) else plain or ""
    if not isinstance(expression, str):
        return expression
    made, at = "", 0
    for match in _VARIABLE.finditer(expression):
        value = _value(match[1], container)
        if isinstance(value, Hidden):
            return value
        made += expression[at : match.start()] + value
        at = match.end()
    return made + expression[at:]


def _value(name: str, container: object) -> str | Hidden:
    listed = look(container, "env")
    if isinstance(listed, Hidden):
        return listed
    found: object = None
    for item in listed if isinstance(listed, list) else ():
        called = look(item, "name")
        if isinstance(called, Hidden):
            return called
        if called == name:
            # Of two the last one counts.
            found = item
    if found is None:
        found = {"envFrom": look(container, "envFrom"), "name": name}
    if conceals(found):
        return Hidden(is_secret=False)
    return f"$({name})[{digest(found)}]"


def digest(value: object, uid: str = "") -> str:
    """Eight digits that are others for another value: a report shows no environment.

    Args:
        value: What is not to be shown.
        uid: Identity of the object that has it, so that nobody without it can guess the value.
    """
    return sha256(f"{uid}{json.dumps(value, sort_keys=True)}".encode()).hexdigest()[:8]

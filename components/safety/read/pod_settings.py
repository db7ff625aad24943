"""Settings of a container that say where its data is: variables, arguments, lines of its files.

A setting is told apart by its place, e.g. `env.PGDATA`, `args.--datadir` or
`config_files./etc/redis/redis.conf.dir`. Of a declared one the whole value counts; of any other
one the paths in it that lie on a volume.
"""

import json
import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

__all__ = [
    "IN_FILES",
    "WORKING_DIR",
    "absolute",
    "declared_places",
    "file_values",
    "paths_in",
    "place_now",
    "process_values",
]

IN_FILES = "config_files."
# Relative paths start there.
WORKING_DIR = "pod.workingDir"

_PATH = re.compile(r"(?<![\w.\-~+@%}$/])/[^\s'\"`,;:=?|&<>(){}\[\]]*")
_FLAG = re.compile(r"(-{0,2}[A-Za-z][\w.-]*)=(.*)", re.DOTALL)
_SHORT = re.compile(r"(-[A-Za-z])(/.*)", re.DOTALL)
_WORD = re.compile(r"[^\s'\"]+")
_LINE = re.compile(r"['\"]?([A-Za-z][\w.-]*)['\"]?\s*(?:[:=]|\s)\s*(.*)")
_COMMENTS = ("#", ";", "//", "--")
# `$(A)` is the kubelet's, `$A` and `${A}` a shell's.
_REFERENCE = re.compile(r"\$(?:\(([-._\w]+)\)|\{(\w+)\}|(\w+))")


def absolute(path: str) -> str:
    """The path in its one form: no dots, no doubled or last slash."""
    return "/" + posixpath.normpath(path).lstrip("/") if path else path


def paths_in(text: str) -> list[str]:
    """The absolute paths in a text, each once, in their order."""
    plain = re.sub(r"/(?:\.?/)+", "/", text)
    return list(dict.fromkeys(absolute(found) for found in _PATH.findall(plain)))


def process_values(container: Mapping[str, Any]) -> dict[str, object]:
    """What the variables and the arguments of a container say, by place.

    What is not known yet is no text, but the Output that will tell.

    Args:
        container: In the form of the API.
    """
    env: dict[str, object] = {}
    for item in container.get("env") or ():
        source = item.get("valueFrom")
        written = f"(from {json.dumps(source, sort_keys=True)})" if source else ""
        env[str(item["name"])] = written or item.get("value", "")
    known = {name: value for name, value in env.items() if isinstance(value, str)}
    found: dict[str, object] = {
        f"env.{name}": _expanded(value, known) if isinstance(value, str) else value
        for name, value in env.items()
    }
    whole = [str(_source_name(item)) for item in container.get("envFrom") or ()]
    if whole:
        found["env"] = f"(from {', '.join(whole)})"
    words = [*(container.get("command") or ()), *(container.get("args") or ())]
    texts = [word for word in words if isinstance(word, str)]
    arguments = list(_arguments([_expanded(text, known) for text in texts]))
    if len(texts) < len(words):
        found["args"] = next(word for word in words if not isinstance(word, str))
    if container.get("workingDir"):
        found[WORKING_DIR] = container["workingDir"]
    return {**_joined("args", arguments), **found}


def place_now(place: str) -> str:
    """The place as it is named now: until 0.2 those of `args` were called `arguments`."""
    head, dot, name = place.partition(".")
    return f"args{dot}{name}" if head == "arguments" else place


def file_values(files: Mapping[str, str]) -> dict[str, object]:
    """What config files say, by place."""
    found: dict[str, object] = {}
    for path, content in files.items():
        found |= _joined(f"{IN_FILES}{path}", _lines(content))
    return found


def declared_places(settings: Iterable[Mapping[str, str]], places: Collection[str]) -> set[str]:
    """The places that declared settings mean, whichever way an option is spelt.

    Args:
        settings: Each with `env`, or `argument`, or `file` and `key`.
        places: Those that are there, now or before.
    """
    found: set[str] = set()
    for item in settings:
        if "env" in item:
            found.add(f"env.{item['env']}")
        elif "argument" in item:
            found.add(f"args.{item['argument']}")
            found |= {place for place in places if _is_option(place, item["argument"])}
        else:
            prefix = f"{IN_FILES}{item['file']}."
            found.add(f"{prefix}{item['key']}")
            found |= {
                place
                for place in places
                if place.startswith(prefix)
                and _plain(place.removeprefix(prefix)) == _plain(item["key"])
            }
    return found


def _is_option(place: str, option: str) -> bool:
    head, _, name = place.partition(".")
    return head == "args" and _plain(name) == _plain(option)


def _plain(option: str) -> str:
    """An option without its dashes, and as those read it that take `_` for `-`."""
    name = option.lstrip("-").replace("_", "-")
    # A single letter means another thing as a capital.
    return name if len(name) == 1 else name.casefold()


def _source_name(item: Mapping[str, Any]) -> str:
    reference = item.get("secretRef") or item.get("configMapRef") or {}
    return f"{item.get('prefix', '')}{reference.get('name', '')}"


def _expanded(text: str, env: Mapping[str, str]) -> str:
    """The text with its references to plain variables filled in."""
    for _ in range(4):
        after = _REFERENCE.sub(_filled(env), text)
        if after == text:
            break
        text = after
    return text


def _filled(env: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    return lambda found: env.get(found[1] or found[2] or found[3], found[0])


def _arguments(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Option and value of each argument; an empty option for what belongs to none."""
    # A script is one argument with many words.
    flat = [part for word in words for part in (_WORD.findall(word) or [word])]
    for index, word in enumerate(flat):
        following = flat[index + 1] if index + 1 < len(flat) else ""
        if found := _FLAG.fullmatch(word):
            yield found[1], found[2]
        elif word.startswith("-") and following and not following.startswith("-"):
            if not _FLAG.fullmatch(following):
                yield word, following
        elif not word.startswith("-") and not _is_value(flat, index):
            yield "", word
        if found := _SHORT.fullmatch(word):
            yield found[1], found[2]


def _is_value(words: Sequence[str], index: int) -> bool:
    before = words[index - 1] if index else ""
    return before.startswith("-") and not _FLAG.fullmatch(before)


def _lines(content: str) -> Iterator[tuple[str, str]]:
    for raw in content.splitlines():
        line = raw.strip()
        if not line or line.startswith(_COMMENTS):
            continue
        found = _LINE.match(re.split(r"\s#", line)[0])
        if found:
            yield found[1], found[2].strip().rstrip(",;").strip("'\"")
        else:
            yield "", line


def _joined(head: str, found: Iterable[tuple[str, str]]) -> dict[str, object]:
    """The values of each option in one text, in their order."""
    values: dict[str, list[str]] = {}
    for option, value in found:
        values.setdefault(f"{head}.{option}" if option else head, []).append(value)
    return {place: " ".join(its) for place, its in values.items()}

"""The volumes as a picture, for documents and tickets: a bar each, filled as far as it is used."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from ..age import age
from .rows import VolumeRow
from .table import short

__all__ = ["svg"]

_ROW, _BAR, _TOP, _LETTER, _GAP = 26, 240, 44, 7.3, 20
# Light enough for the text on them.
_COLOURS = ((0.95, "#ef9a9a"), (0.80, "#ffd54f"), (0.0, "#a5d6a7"))
_TEXT = 'font-family="ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace" font-size="12"'


def svg(rows: Sequence[VolumeRow], now: datetime) -> str:
    """An SVG document.

    Args:
        rows: The volumes.
        now: When they were looked at.
    """
    names = [_name(row) for row in rows]
    facts = [_facts(row, now) for row in rows]
    bars = _wide(names) + 2 * _GAP
    beside = bars + _BAR + _GAP
    width, height = beside + _wide(facts) + _GAP, _TOP + _ROW * len(rows) + 16
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}"'
        f' width="{width:.0f}" height="{height}" role="img" aria-label="volumes">',
        f'<rect width="100%" height="{height}" fill="#ffffff"/>',
        _text(_GAP, 24, f"{len(rows)} volumes, {now:%Y-%m-%d %H:%M} UTC", "#222", bold=True),
    ]
    for index, row in enumerate(rows):
        y = _TOP + index * _ROW
        lines.append(_text(_GAP, y + 14, names[index], "#222" if row.stack else "#888"))
        lines += _bar(row, bars, y)
        lines.append(_text(beside, y + 14, facts[index], "#555"))
    return "\n".join([*lines, "</svg>", ""])


def _bar(row: VolumeRow, x: float, y: int) -> list[str]:
    full = min(row.used / row.size, 1.0) if row.used is not None and row.size else 0.0
    colour = next(it for least, it in _COLOURS if full >= least)
    used = f"{short(row.used)} of " if row.used is not None else ""
    said = f"{used}{short(row.size)}" if row.size else row.phase
    box = f'x="{x:.0f}" y="{y + 2}" height="16" rx="3"'
    return [
        f'<rect {box} width="{_BAR}" fill="#e6e9ee"/>',
        f'<rect {box} width="{_BAR * full:.1f}" fill="{colour}"/>',
        _text(x + 8, y + 14, said, "#222"),
    ]


def _name(row: VolumeRow) -> str:
    return row.claim if row.stack else f"{row.claim} ({row.phase})"


def _facts(row: VolumeRow, now: datetime) -> str:
    snapshot = f"snapshot {age(row.snapshot, now)}" if row.snapshot else "no snapshot"
    return " · ".join([row.reclaim_policy or "-", row.retention or "-", snapshot])


def _wide(texts: Sequence[str]) -> float:
    return max(map(len, texts), default=0) * _LETTER


def _text(x: float, y: int, said: str, fill: str, *, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.0f}" y="{y}" {_TEXT}{weight} fill="{fill}">{escape(said)}</text>'

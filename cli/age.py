"""How long ago something was, as people say it."""

from datetime import datetime, timedelta

__all__ = ["age"]


def age(since: str, now: datetime) -> str:
    """How long ago, in the largest unit that is not zero, e.g. `3h`; `none` for never."""
    if not since:
        return "none"
    past = max(now - datetime.fromisoformat(since), timedelta())
    for seconds, unit in ((86_400, "d"), (3600, "h"), (60, "m")):
        if past.total_seconds() >= seconds:
            return f"{int(past.total_seconds() // seconds)}{unit}"
    return f"{int(past.total_seconds())}s"

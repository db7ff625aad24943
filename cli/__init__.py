"""The command line: what people run beside `pulumi`."""

__all__ = ["main"]


def main() -> None:
    """Runs the command line.

    Raises:
        SystemExit: always, with the code of the command; with a sentence where the libraries of
            the command line, an extra of the package, are not installed.
    """
    try:
        from .main import app
    except ModuleNotFoundError as missing:
        if missing.name not in ("rich", "typer"):
            raise
        raise SystemExit(
            f"statefast: the command line needs {missing.name}; run `pip install 'statefast[cli]'`."
        ) from None
    app()

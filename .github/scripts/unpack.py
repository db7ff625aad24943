"""Takes one file out of an archive that somebody else has packed.

unpack.py ARCHIVE NAME TARGET: writes TARGET and nothing else, or says why not and fails.
"""

import sys
import zipfile
from pathlib import Path

# What a preview of ten thousand resources stays far below.
MOST_BYTES = 64 * 2**20


class NotThere(Exception):
    """The archive does not hold the file; one sentence says why."""


def taken_out(archive: Path, name: str) -> bytes:
    """The content of the one file of that name.

    Raises:
        NotThere: it is not there once, or is too large, or the archive is broken.
    """
    try:
        with zipfile.ZipFile(archive) as packed:
            found = [entry for entry in packed.infolist() if entry.filename == name]
            if len(found) != 1:
                raise NotThere(f"there are {len(found)} files of this name")
            # By reading: the size that the archive states may be a lie.
            with packed.open(found[0]) as file:
                content = file.read(MOST_BYTES + 1)
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError):
        raise NotThere("the archive cannot be read") from None
    except Exception as error:
        # Each method of compression has errors of its own.
        if isinstance(error, NotThere):
            raise
        raise NotThere("the archive cannot be read") from None
    if len(content) > MOST_BYTES:
        raise NotThere("it is too large")
    return content


def main() -> int:
    """Runs the command line."""
    archive, name, target = sys.argv[1:]
    try:
        content = taken_out(Path(archive), name)
    except NotThere as error:
        print(f"::error::No {name}: {error}.")
        return 1
    Path(target).write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())

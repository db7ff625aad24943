"""Which image reads the data of which."""

import pytest

from statefast.safety.read.images import Format, Image, unreadable

MAJOR = Format(parts=1, reads_older=False)
UPWARDS = Format(parts=2, reads_older=True)
ANY = Format(parts=0, reads_older=False)


@pytest.mark.parametrize(
    ("text", "name", "version", "stem"),
    [
        ("postgres:17.6", "postgres", (17, 6), "postgres:17.6"),
        ("postgres:17", "postgres", (17,), "postgres:17"),
        ("postgres:17.6-alpine3.22", "postgres", (17, 6), "postgres:17.6"),
        ("docker.io/library/postgres:17.6.1", "postgres", (17, 6, 1), "postgres:17.6"),
        ("registry.corp:5000/library/postgres:v17.6", "postgres", (17, 6), "postgres:17.6"),
        ("localhost/postgres:17", "postgres", (17,), "postgres:17"),
        ("bitnami/postgresql:17", "bitnami/postgresql", (17,), "bitnami/postgresql:17"),
        ("postgres", "postgres", (), "postgres:"),
        ("postgres:latest", "postgres", (), "postgres:latest"),
        ("postgres@sha256:ab", "postgres", (), "postgres:sha256:ab"),
        ("postgres:17.6@sha256:ab", "postgres", (17, 6), "postgres:17.6"),
        # The hash of a commit that begins with a digit is no version.
        ("app:3f2a91c", "app", (), "app:3f2a91c"),
        ("app:2026.01.05", "app", (2026, 1, 5), "app:2026.1"),
    ],
)
def test_an_image_is_read(text: str, name: str, version: tuple[int, ...], stem: str) -> None:
    image = Image.of(text)
    assert (image.name, image.version, image.stem) == (name, version, stem)
    assert unreadable(image, Image.of(stem), None) == unreadable(Image.of(stem), image, None)


@pytest.mark.parametrize(
    ("old", "new", "rule", "reads"),
    [
        ("a:17.6", "a:17.7", MAJOR, True),
        ("a:17.6", "a:17.1", MAJOR, True),
        ("a:17.6", "a:18.0", MAJOR, False),
        ("a:17.6", "a:16.9", MAJOR, False),
        ("a:17.6", "a:17", MAJOR, True),
        ("a:8.4.6", "a:8.4.1", UPWARDS, True),
        ("a:8.4.6", "a:9.1", UPWARDS, True),
        ("a:8.4.6", "a:8.0.40", UPWARDS, False),
        # A tag that says less may be the older one.
        ("a:8.4.6", "a:8", UPWARDS, False),
        ("a:8", "a:8.4", UPWARDS, True),
        ("a:1.2.3", "a:9", ANY, True),
        ("a:3f2a91c", "a:latest", ANY, True),
        ("a:1", "b:1", ANY, False),
        ("a:1.2.3", "a:1.3.0", None, True),
        ("a:1.2.3", "a:1.2.0", None, True),
        ("a:1.2.3", "a:1.1.9", None, False),
        ("a:1.2.3", "a:2.0.0", None, False),
        ("a:2", "a:1", None, False),
        ("a:latest", "a:latest", None, True),
        ("a", "a", MAJOR, True),
        ("a:latest", "a:edge", None, False),
        ("a:17.6", "a:latest", MAJOR, False),
        ("a:latest", "a:17.6", None, False),
        ("a@sha256:1", "a@sha256:2", None, False),
        ("a:1@sha256:1", "a:1@sha256:2", None, True),
        ("a:1", "b:1", None, False),
        ("a/b:1", "c/b:1", None, False),
        ("docker.io/a/b:1", "mirror.corp/a/b:1", None, True),
    ],
)
def test_a_version_reads_what_another_one_wrote_or_not(
    old: str, new: str, rule: Format | None, reads: bool
) -> None:
    why = unreadable(Image.of(old), Image.of(new), rule)
    assert (not why) is reads, why

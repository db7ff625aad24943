"""What somebody gets who installs the package, and has no checkout."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, built from the files that are tracked or would be."""
    folder = tmp_path_factory.mktemp("wheel")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in listed.strip("\0").split("\0"):
        if (ROOT / name).is_file() or (ROOT / name).is_symlink():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name, follow_symlinks=False)
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", folder / "dist", folder],
        check=True,
    )
    return next((folder / "dist").glob("statefast-*.whl"))


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the package, beside what it needs."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    site = next(folder.glob("lib/python3*/site-packages"))
    with zipfile.ZipFile(wheel) as content:
        content.extractall(site)
    # The libraries come from this environment: installing them is pip's affair. The package
    # itself is not to be found there.
    libraries = next(path for path in sys.path if path.endswith("site-packages"))
    (site / "libraries.pth").write_text(
        f"import sys; sys.path.append({libraries!r})\n", encoding="utf-8"
    )
    return folder


def run(environment: Path, code: str) -> str:
    done = subprocess.run(
        [environment / "bin/python", "-c", code],
        cwd=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_module_of_it_is_there_and_can_be_imported(environment: Path) -> None:
    code = """
import pkgutil, statefast
names = [m.name for m in pkgutil.walk_packages(statefast.__path__, "statefast.")]
[__import__(name) for name in names]
print(statefast.__file__, len(names))
"""
    place, number = run(environment, code).split()
    assert place.startswith(str(environment))
    folder = ROOT / "components"
    modules = {path.parent if path.name == "__init__.py" else path for path in folder.rglob("*.py")}
    assert int(number) == len(modules - {folder})


def test_a_program_uses_it(environment: Path) -> None:
    code = """
import pulumi
class Recorder(pulumi.runtime.Mocks):
    def new_resource(self, args): return [args.name, args.inputs]
    def call(self, args): return {}
pulumi.runtime.set_mocks(Recorder())
import statefast
made = statefast.VolumeClaim("data", {"namespace": "x", "size": "1Gi"})
print(type(made).__module__)
"""
    assert run(environment, code).strip() == "statefast.storage.claim"


@pytest.mark.parametrize("command", [["--help"], ["gate", "--help"]])
def test_its_command_runs(environment: Path, command: list[str]) -> None:
    code = f"from statefast_cli import main; import sys; sys.argv[1:] = {command!r}; main()"
    assert "Usage" in run(environment, code)


def test_the_command_without_its_libraries_says_what_to_install(environment: Path) -> None:
    code = """
import sys
sys.modules["typer"] = None
from statefast_cli import main
try:
    main()
except SystemExit as end:
    print(end.code)
"""
    assert "pip install 'statefast[cli]'" in run(environment, code)

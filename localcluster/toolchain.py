"""The Pulumi side: the user's own CLI, language host and provider where they have them, else ours.

Everything lives in the workspace: a PULUMI_HOME, a file backend, a passphrase. Nothing of the
user's own Pulumi (logins, stacks, settings) is touched or used, except plugins, which are read.
"""

import os
import secrets
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from .build import location
from .errors import LocalClusterError
from .files import private_folder, write_private
from .layout import PROJECT, Workspace
from .parts import KUBERNETES_PROVIDER, PULUMI_CLI, Part
from .progress import say

_CLI = "pulumi"
_HOST = "pulumi-language-python"
_PROVIDER = "pulumi-resource-kubernetes"


@dataclass(frozen=True)
class Toolchain:
    """What the user has already; None stands for what is provided here."""

    cli: Path | None
    host: Path | None
    provider: Path | None

    def missing_parts(self) -> list[Part]:
        """Lists what has to be built.

        Returns:
            The parts. No provider for a user's own CLI, which fetches it by itself.
        """
        parts = [] if self.cli else [PULUMI_CLI]
        if not self.cli and not self.provider:
            parts.append(KUBERNETES_PROVIDER)
        return parts


def find() -> Toolchain:
    """Looks for the user's own tools.

    Returns:
        What was found.
    """
    cli = _which(_CLI)
    # A host without the CLI it came with may be of any age.
    return Toolchain(cli, _which(_HOST) if cli else None, _which(_PROVIDER) or _users_plugin())


def _which(name: str) -> Path | None:
    found = shutil.which(name)
    return Path(found) if found else None


def _plugin_name() -> str:
    return f"resource-kubernetes-v{version('pulumi_kubernetes')}"


def _users_plugin() -> Path | None:
    home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    program = home / "plugins" / _plugin_name() / _PROVIDER
    return program if program.exists() else None


def prepare(workspace: Workspace, tools: Toolchain) -> None:
    """Makes a workspace ready for `pulumi`.

    Args:
        workspace: The workspace.
        tools: What the user has; all missing parts have been built.
    """
    private_folder(workspace.pulumi_home)
    private_folder(workspace.stacks)
    private_folder(workspace.bin)
    private_folder(workspace.tmp)
    if not workspace.passphrase.exists():
        write_private(workspace.passphrase, secrets.token_urlsafe(30))
    _place_cli(workspace.bin / _CLI, None if tools.cli else location(PULUMI_CLI))
    _write_host(workspace.bin / _HOST, wanted=tools.host is None)
    if tools.provider and _which(_PROVIDER):
        return
    if tools.provider:
        _install(workspace, tools.provider)
    elif tools.cli is None:
        _install(workspace, location(KUBERNETES_PROVIDER))
    else:
        _fetch_provider(workspace, tools.cli)


def _place_cli(path: Path, program: Path | None) -> None:
    there = path.exists() and not path.is_symlink()
    if program is not None and there and path.samefile(program):
        return
    path.unlink(missing_ok=True)
    if program is None:
        return
    try:
        # A second name of the same file, so that the CLI believes to lie beside our language
        # host; one found elsewhere on PATH gets a warning at every run.
        path.hardlink_to(program)
    except OSError:
        # The cache is on another file system: rather a warning than a copy of 150 MB.
        path.symlink_to(program)


def _write_host(path: Path, *, wanted: bool) -> None:
    if not wanted:
        path.unlink(missing_ok=True)
        return
    # By way of -c, and not PYTHONPATH or -m: neither an environment variable nor the folder the
    # CLI happens to start this in may decide what a program can import.
    code = (
        # Before the imports, which take longer than some runs of the CLI.
        "import os, signal, sys; signal.signal(signal.SIGINT, lambda *_: os._exit(0)); "
        f"sys.path[0] = {str(PROJECT)!r}; "
        "from localcluster.language_host import main; del sys.path[0]; main()"
    )
    text = f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -c {shlex.quote(code)} "$@"\n'
    if not path.exists() or path.read_text() != text:
        write_private(path, text)
        path.chmod(0o700)


def _install(workspace: Workspace, program: Path) -> None:
    plugins = private_folder(workspace.pulumi_home / "plugins")
    path = private_folder(plugins / _plugin_name()) / _PROVIDER
    if not path.is_symlink() or path.readlink() != program:
        path.unlink(missing_ok=True)
        path.symlink_to(program)


def _fetch_provider(workspace: Workspace, cli: Path) -> None:
    if (workspace.pulumi_home / "plugins" / _plugin_name() / _PROVIDER).exists():
        return
    sdk = version("pulumi_kubernetes")
    say(f"pulumi installs its Kubernetes provider {sdk}")
    done = subprocess.run(  # noqa: S603  the user's own CLI
        [cli, "plugin", "install", "resource", "kubernetes", f"v{sdk}"],
        env=environment(workspace),
        stdout=sys.stderr,
        check=False,
    )
    if done.returncode == 0:
        return
    say("that failed, so the provider is built from source")
    from .build import ensure

    _install(workspace, ensure([KUBERNETES_PROVIDER])[KUBERNETES_PROVIDER.name])


def environment(workspace: Workspace) -> dict[str, str]:
    """Makes the environment in which `pulumi` and `kubectl` work on this cluster and no other.

    Args:
        workspace: A workspace that `up` has prepared.

    Returns:
        The whole environment of a child process.
    """
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PULUMI_")}
    path = [str(workspace.bin), str(Path(sys.executable).parent), kept.get("PATH", os.defpath)]
    made = {
        **kept,
        "PATH": os.pathsep.join(path),
        "KUBECONFIG": str(workspace.cluster.kubeconfig),
        "PULUMI_HOME": str(workspace.pulumi_home),
        "PULUMI_BACKEND_URL": workspace.stacks.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(workspace.passphrase),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "TMPDIR": str(workspace.tmp),
    }
    if (workspace.bin / _CLI).exists():
        # Our own CLI comes with all it needs; it is not to look for anything on the network.
        made["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] = "true"
    return made


def require_prepared(workspace: Workspace) -> None:
    """Makes sure that `environment` speaks of something that is there.

    Args:
        workspace: The workspace.

    Raises:
        LocalClusterError: When `up` was never run on it.
    """
    if not workspace.cluster.kubeconfig.exists() or not workspace.passphrase.exists():
        raise LocalClusterError(
            f"there is nothing in {workspace.folder} to work with: "
            "run `python -m localcluster up` first"
        )

"""Databases, as their own clients see them: what was written is read back after every edit."""

import secrets
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, ClassVar

from localcluster.layout import Workspace
from tests.engine.conftest import Config, Deployment

# A node that was killed starts its pods again, and each pod its server, which recovers.
PATIENCE = 180.0


def eventually(look: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """The first answer that is not empty; fails the test when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"{what}: not after {seconds:.0f} seconds"
        time.sleep(0.5)
    return found


class Database:
    """One workload of this program in a stack of its own, with the markers written to it."""

    workload: ClassVar[str]
    pattern: ClassVar[str] = "stateful-set"
    replicas: ClassVar[int] = 1
    size: ClassVar[str] = "300Mi"
    folder: ClassVar[str]
    # The variable with the password that the data was written with; none where it is not in it.
    secret: ClassVar[str] = ""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.config: Config = {"pattern": self.pattern, "storage": {"size": self.size}}
        if self.replicas > 1:
            self.config["replicas"] = self.replicas
        self.markers: list[str] = []

    def put(self, pod: str, key: str) -> bool:
        """Writes one marker by the client in a pod; whether the server confirmed it."""
        raise NotImplementedError

    def held(self, pod: str) -> set[str]:
        """The markers that the server in a pod has."""
        raise NotImplementedError

    def up(self, **changes: Any) -> str:
        """Edits the workload and deploys; the pods are ready afterwards, and `up` said this."""
        self.config.update(changes)
        result = self.deployment.workloads(**{self.workload: self.config}).up()
        self.ready()
        return result.text

    def resize(self, size: str) -> None:
        """Asks for larger volumes."""
        self.up(storage={**self.config["storage"], "size": size})

    def run(self, pod: str, *words: str) -> subprocess.CompletedProcess[str]:
        """A command in a pod."""
        return subprocess.run(
            ["kubectl", "-n", self.deployment.name, "exec", pod, "--", *words],
            env=self.deployment.environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def shell(self, pod: str, script: str) -> str:
        """What a script in a pod prints, errors as well."""
        done = self.run(pod, "/bin/bash", "-c", f"{{ {script}; }} 2>&1")
        return done.stdout

    def logs(self, pod: str) -> str:
        """What its container said, and the one before."""
        words = ["kubectl", "-n", self.deployment.name, "logs", pod]
        return "".join(
            subprocess.run(
                [*words, *which],
                env=self.deployment.environment(),
                capture_output=True,
                text=True,
                check=False,
            ).stdout
            for which in ((), ("--previous",))
        )

    def pods(self) -> dict[str, str]:
        """By name, the identity of each pod of the workload."""
        return {name: pod["metadata"]["uid"] for name, pod in self._pods().items()}

    def restarts(self) -> dict[str, int]:
        """By pod, how often its containers were started again."""
        return {
            name: sum(each["restartCount"] for each in pod["status"]["containerStatuses"])
            for name, pod in self._pods().items()
        }

    def ready(self) -> dict[str, str]:
        """Waits until all pods that there should be serve; their identities."""
        wanted = self.config.get("replicas", 1)
        eventually(lambda: self._serving() == wanted, f"{wanted} pods of {self.workload}")
        return self.pods()

    def serves(self, pod: str) -> bool:
        """Whether one pod is ready."""
        return _is_ready(self.deployment.get("pod", pod))

    def _pods(self) -> dict[str, Any]:
        found = self.deployment.list("pod")
        return {name: pod for name, pod in found.items() if name.startswith(f"{self.workload}-")}

    def _serving(self) -> int:
        pods = self._pods().values()
        leaving = any("deletionTimestamp" in pod["metadata"] for pod in pods)
        return -1 if leaving else sum(_is_ready(pod) for pod in pods)

    def write(self, key: str) -> None:
        """Writes a marker that has to be there from now on."""
        pod = min(self.pods())
        eventually(lambda: self.put(pod, key), f"{key} is written")
        self.markers.append(key)

    def assert_kept(self) -> None:
        """Every pod has every marker that was ever written."""
        wanted = set(self.markers)

        def lacking() -> dict[str, set[str]]:
            # A client of its own for each, which starts for longer than it asks.
            pods = list(self.pods())
            with ThreadPoolExecutor() as pool:
                found = dict(zip(pods, pool.map(self.held, pods), strict=True))
            return {pod: wanted - keys for pod, keys in found.items() if wanted - keys}

        self.ready()
        deadline = time.monotonic() + 60
        while found := lacking():
            assert time.monotonic() < deadline, f"lost: {found}"

    def sizes(self) -> dict[str, int]:
        """By pod, the bytes of the file system that the data is on, as `df` in the pod has them."""
        return {
            pod: int(self.run(pod, "df", "-B1", "--output=size", self.folder).stdout.split()[-1])
            for pod in self.pods()
        }

    def delete_pod(self, pod: str, *options: str) -> None:
        """Deletes a pod and waits for the next one."""
        self.deployment.kubectl("delete", "pod", pod, *options)
        self.ready()

    def remove(self) -> None:
        """Removes everything, data included."""
        for words in (
            ["delete", "namespace", self.deployment.name, "--ignore-not-found", "--wait=false"],
            *(
                ["delete", "storageclass", f"{kind}-{self.deployment.name}", "--ignore-not-found"]
                for kind in ("rbd", "other")
            ),
        ):
            self.deployment.kubectl(*words, namespace=False)


def _is_ready(pod: Any) -> bool:
    conditions = pod["status"].get("conditions", [])
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


class ZooKeeper(Database):
    """An ensemble of three; a marker is a znode."""

    workload = "zookeeper"
    replicas = 3
    size = "100Mi"
    folder = "/data"

    def __init__(self, deployment: Deployment) -> None:
        super().__init__(deployment)
        # Servers and clients of these tests live for seconds, and a compiler that thinks longer
        # does not pay off.
        flags = "-Dsun.net.inetaddr.ttl=1 -XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
        self.config["env"] = {"JVMFLAGS": flags}

    def put(self, pod: str, key: str) -> bool:
        said = self._client(pod, f"create /{key} kept")
        return f"Created /{key}" in said or "Node already exists" in said

    def held(self, pod: str) -> set[str]:
        # The last line of `ls`, once this member has caught up with the leader.
        lines = self._client(pod, "sync /\nls /").splitlines()
        found = [line for line in lines if line.startswith("[") and "zookeeper" in line]
        return set(found[-1].strip("[]").split(", ")) if found else set()

    def modes(self) -> list[str]:
        """What each member calls itself: follower, leader, standalone."""
        script = "echo srvr | nc -w 2 127.0.0.1 2181 | sed -n 's/^Mode: //p'"
        return sorted(self.shell(pod, script).strip() for pod in self.pods())

    def _client(self, pod: str, commands: str) -> str:
        given = f"printf '%s\\n' '{commands}'"
        return self.shell(pod, f"{given} | zkCli.sh -server 127.0.0.1:2181")


_PSQL = "PGPASSWORD=$POSTGRES_PASSWORD psql -h 127.0.0.1 -U postgres"


class PostgreSQL(Database):
    """One server; a marker is a row."""

    workload = "postgresql"
    secret = "POSTGRES_PASSWORD"
    folder = "/var/lib/postgresql/data"

    def put(self, pod: str, key: str) -> bool:
        self.sql(pod, "create table if not exists markers (key text primary key)")
        row = f"values ('{key}') on conflict do nothing"
        said = self.sql(pod, f"insert into markers {row}")
        return "INSERT" in said

    def held(self, pod: str) -> set[str]:
        return set(self.sql(pod, "select key from markers").splitlines())

    @contextmanager
    def counting(self, pod: str, moment: str) -> Iterator[list[str]]:
        """Writes numbers while it is entered; the list has those that were confirmed afterwards."""
        insert = f"{_PSQL} -qc \"insert into numbers values ('{moment}', $n)\""  # noqa: S608
        script = f"n=0; while :; do n=$((n + 1)); {insert} && echo $n; done"
        confirmed: list[str] = []
        with subprocess.Popen(
            ["kubectl", "-n", self.deployment.name, "exec", pod, "--", "/bin/bash", "-c", script],
            env=self.deployment.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as child:
            try:
                first = f"select 1 from numbers where moment = '{moment}' limit 1"  # noqa: S608
                eventually(lambda: self.sql(pod, first), "the first number is written", 30)
                yield confirmed
            finally:
                child.terminate()
                confirmed += (child.stdout.read() if child.stdout else "").split()

    def sql(self, pod: str, text: str) -> str:
        """What the client prints, errors as well."""
        return self.shell(pod, f'{_PSQL} -Atc "{text}"')


class Redis(Database):
    """One server; a marker is a key."""

    workload = "redis"
    size = "100Mi"
    folder = "/data"

    def put(self, pod: str, key: str) -> bool:
        # Waits until the log of writes is on the volume, as an answer alone does not say.
        return self._client(pod, f"SET {key} kept\nWAITAOF 1 0 1000").startswith("OK")

    def held(self, pod: str) -> set[str]:
        return set(self._client(pod, "KEYS *").splitlines())

    def _client(self, pod: str, commands: str) -> str:
        given = f"printf '%s\\n' '{commands}'"
        return self.shell(pod, f"{given} | REDISCLI_AUTH=$REDIS_PASSWORD redis-cli")


class MySQL(Database):
    """One server, which is a MariaDB here; a marker is a row."""

    workload = "mysql"
    secret = "MYSQL_ROOT_PASSWORD"
    pattern = "deployment"
    size = "500Mi"
    folder = "/var/lib/mysql"

    def put(self, pod: str, key: str) -> bool:
        self.sql(
            pod,
            "create database if not exists kept; create table if not exists kept.markers"
            " (name varchar(64) primary key)",
        )
        row = f"values ('{key}')"
        said = self.sql(pod, f"insert ignore into kept.markers {row}")
        return "ERROR" not in said

    def held(self, pod: str) -> set[str]:
        return set(self.sql(pod, "select name from kept.markers").splitlines())

    def sql(self, pod: str, text: str) -> str:
        """What the client prints, errors as well."""
        client = 'MYSQL_PWD="$MYSQL_ROOT_PASSWORD" mariadb -h 127.0.0.1 -uroot -BN'
        return self.shell(pod, f'{client} -e "{text}"')


KINDS: dict[str, type[Database]] = {
    kind.workload: kind for kind in (ZooKeeper, PostgreSQL, Redis, MySQL)
}


def deployed(kind: type[Database], workspace: Workspace) -> Iterator[Database]:
    """A database in a stack of its own, until the tests are through with it."""
    # A cluster that is kept has the stacks of earlier runs.
    made = kind(Deployment(workspace, f"{kind.workload}-{secrets.token_hex(3)}"))
    try:
        made.up()
        yield made
    finally:
        made.remove()

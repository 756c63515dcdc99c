#!/usr/bin/env python3
"""Set up and run Marginalia with nothing but Python: the standard library only.

python3 start.py                     sets up .venv and var/, then serves the demo newspaper with its moderation
python3 start.py --fresh             the same after emptying var/
python3 start.py test [pytest args]  sets up .venv, then runs the tests on SQLite and on PostgreSQL with Redis

PORT and ELSEWHERE_PORT choose the ports of the newspaper and of another site that embeds its comments, DATA_DIR another
place for var/; docs/reference/settings.md lists every other variable.
"""

import sys

# An old Python must be able to read this file to say what is missing: no syntax newer than 3.6 anywhere in it.
if sys.version_info < (3, 11):
    sys.exit("marginalia: Python 3.11 or newer is needed; this is Python %d.%d." % sys.version_info[:2])

import contextlib
import hashlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType
from typing import IO, NoReturn

try:
    import fcntl
except ImportError:
    sys.exit("marginalia: Linux or macOS is needed; on Windows start it inside WSL.")

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUNTIME_LOCK, TEST_LOCK = "requirements.txt", "requirements-dev.txt"
HOST = "127.0.0.1"
FIRST_PORT, LAST_PORT = 8000, 65535
PORTS_TO_TRY = 100
START_LIMIT_S = 60
STOP_LIMIT_S = 20
OFFLINE_SIGNS = (
    "name resolution", "name or service not known", "network is unreachable", "failed to establish", "dns error",
    "tcp connect error", "connection refused", "timed out",
)  # fmt: skip

Children = dict[str, "subprocess.Popen[bytes]"]


def say(text: str) -> None:
    """Print at once: the children write to the same terminal."""
    print(text, flush=True)


def stop(sentence: str) -> NoReturn:
    """End with exit code 1 and one sentence on stderr."""
    sys.stdout.flush()
    sys.exit("marginalia: " + sentence)


# --- The virtual environment


def ensure_packages(lock: str) -> None:
    """Make .venv hold what the lock file pins. Takes milliseconds when it already does."""
    if is_stamped(lock) and is_usable(PYTHON):
        return
    say("Installing what %s pins into .venv; the first time this takes up to a minute." % lock)
    if not install_with_uv(lock):
        install_with_pip(lock)
    for installed in {lock, RUNTIME_LOCK}:  # the test lock contains the runtime lock
        stamp_of(installed).write_text(fingerprint(installed))


def is_stamped(lock: str) -> bool:
    """Whether the last installation was of this very lock file, for this very Python."""
    return stamp_of(lock).exists() and stamp_of(lock).read_text() == fingerprint(lock)


def stamp_of(lock: str) -> Path:
    """Where we note what was installed; one note per lock file, so that running and testing take turns freely."""
    return VENV / (".installed-" + lock)


def fingerprint(lock: str) -> str:
    """Changes when the lock file does, and when another Python runs us."""
    return hashlib.sha256((ROOT / lock).read_bytes() + sys.version.encode()).hexdigest()


def is_usable(python: Path) -> bool:
    """Whether the interpreter starts and has this Python's version; not so in a copied or outdated .venv."""
    code = "import sys; sys.exit(sys.version_info[:2] != %r)" % (tuple(sys.version_info[:2]),)
    with contextlib.suppress(OSError):
        return run_quietly([str(python), "-I", "-c", code]).returncode == 0
    return False


def install_with_uv(lock: str) -> bool:
    """True when uv is there and did it. uv does not read pip's configuration, so where it fails pip still gets a try."""
    uv = shutil.which("uv")
    if uv is None:
        return False
    if not is_usable(PYTHON):
        made = run_quietly([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)])
        if made.returncode:
            return False
    install = [uv, "pip", "install", "--quiet", "--python", str(PYTHON), "--require-hashes", "-r", str(ROOT / lock)]
    return run_quietly(install).returncode == 0


def install_with_pip(lock: str) -> None:
    """Make .venv where it is missing, or has no pip because uv made it; then install."""
    is_there = is_usable(PYTHON)
    if not is_there or run_quietly([str(PYTHON), "-m", "pip", "--version"]).returncode:
        if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
            stop(
                "this Python has no venv module; on Debian or Ubuntu run 'sudo apt install python3-venv',"
                " or install uv, then run the same command again."
            )
        clear = [] if is_there else ["--clear"]
        made = run_quietly([sys.executable, "-m", "venv", *clear, str(VENV)])
        if made.returncode:
            stop("the virtual environment %s could not be made: %s" % (VENV, last_line(made)))
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "2"]
    installed = run_quietly([*pip, "--require-hashes", "-r", str(ROOT / lock)])
    if installed.returncode:
        said = (installed.stdout + installed.stderr).lower()
        if any(sign in said for sign in OFFLINE_SIGNS):
            stop("the packages could not be downloaded; connect this machine to the internet and start again.")
        stop("the packages could not be installed: " + last_line(installed))


def run_quietly(command: list[str]) -> "subprocess.CompletedProcess[str]":
    """Run to the end and keep what it says, for the one sentence we may have to print."""
    return subprocess.run(command, cwd=ROOT, env=clean_environment(), capture_output=True, text=True, check=False)


def last_line(result: "subprocess.CompletedProcess[str]") -> str:
    """The last thing a failed command said: where tools put their reason."""
    lines = (result.stdout + "\n" + result.stderr).strip().splitlines()
    return lines[-1].strip() if lines else "exit code %d." % result.returncode


def clean_environment() -> dict[str, str]:
    """Our environment without what would lead Python or pip out of .venv, or Django to settings of another project."""
    python, pip = {"PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV"}, {"PIP_USER", "PIP_TARGET", "PIP_PREFIX"}
    misleading = python | pip | {"DJANGO_SETTINGS_MODULE"}
    return {name: value for name, value in os.environ.items() if name not in misleading}


# --- Serving


def serve(*, fresh: bool) -> int:
    """Prepare the data, then run web and worker until a signal comes or one of them ends. Returns the exit code."""
    if os.environ.get("ENVIRONMENT", "embedded") == "production":
        stop("start.py makes demo accounts with known passwords, so it never runs with ENVIRONMENT=production.")
    data_dir = Path(os.environ.get("DATA_DIR") or ROOT / "var").expanduser().absolute()
    port = choose_port("PORT", FIRST_PORT)
    elsewhere = choose_port("ELSEWHERE_PORT", port + 1)
    ensure_packages(RUNTIME_LOCK)
    lock = claim(data_dir)
    if fresh:
        empty(data_dir)
    environment = clean_environment()
    environment.update(DATA_DIR=str(data_dir), PORT=str(port), ELSEWHERE_URL=origin_of(elsewhere))
    environment.setdefault("LOG_LEVEL", "WARNING")
    children = {}  # type: Children
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    try:
        sign_ins = prepare(data_dir, environment)
        children["web server"] = start_web(port, environment, lock)
        children["worker"] = start_worker(data_dir, environment, lock)
        club = ["demo.elsewhere", "--port", str(elsewhere), "--comments", origin_of(port)]
        children["other site"] = start_child(club, environment, lock)
        lock.write("".join("%s %d\n" % (name, child.pid) for name, child in children.items()))
        lock.flush()
        wait_for_answer(port, children)
        introduce(port, elsewhere, "" if environment.get("EMAIL_URL") else str(data_dir / "mail"), sign_ins)
        watch(children)
    except KeyboardInterrupt:
        say("\nStopping; the worker finishes what it has begun.")
        return 0
    finally:
        stop_children(children)


def interrupt(number: int, frame: "FrameType | None") -> None:
    """SIGTERM and a closed terminal end the same way as Ctrl-C."""
    raise KeyboardInterrupt


def claim(data_dir: Path) -> IO[str]:
    """Lock the data folder until this process and its children are gone: two workers would share one schedule."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (data_dir / "running").open("a+")
    except OSError as error:
        stop("%s cannot be the data folder: %s." % (data_dir, error.strerror))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        processes = ", ".join(lock.read().split("\n")[:-1]) or "starting up"
        stop("%s is in use by a running Marginalia (%s); stop it, or set DATA_DIR." % (data_dir, processes))
    lock.truncate(0)
    return lock


def empty(data_dir: Path) -> None:
    """Remove what is below the data folder, if it is one of ours."""
    entries = [entry for entry in data_dir.iterdir() if entry.name != "running"]
    if entries and not (data_dir / "secret_key").exists():
        stop("%s does not look like a data folder of Marginalia, so --fresh leaves it alone." % data_dir)
    if os.environ.get("DATABASE_URL"):
        say("--fresh empties %s; the database named by DATABASE_URL stays as it is." % data_dir)
    for entry in entries:
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def choose_port(name: str, first: int) -> int:
    """What the variable says if it is set, and then exactly that one; else the first free port from `first` up."""
    wanted = os.environ.get(name, "")
    if not wanted:
        last = min(first + PORTS_TO_TRY - 1, LAST_PORT)
        for port in range(first, last + 1):
            if is_free(port):
                return port
        stop("no port from %d to %d is free; set %s." % (first, last, name))
    if not wanted.isdecimal() or not 0 < int(wanted) <= LAST_PORT:
        stop("%s is %r; it must be a whole number from 1 to %d." % (name, wanted, LAST_PORT))
    if not is_free(int(wanted)) or (name != "PORT" and int(wanted) == first - 1):
        stop("port %s is taken or not allowed for this user; set %s to another one." % (wanted, name))
    return int(wanted)


def origin_of(port: int) -> str:
    """Scheme, host and port, as browsers write an origin."""
    return "http://%s:%d" % (HOST, port)


def is_free(port: int) -> bool:
    """Whether a server may listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind((HOST, port))
            return True
    return False


def prepare(data_dir: Path, environment: dict[str, str]) -> str:
    """Bring the database up to date, gather static files, seed the demo. Returns what the seeding says: the sign-ins."""
    say("Preparing the database and the demo newspaper.")
    manage(["migrate", "--verbosity", "0"], environment)
    stamp = data_dir / "static" / ".gathered"
    wanted = static_fingerprint()
    if not stamp.exists() or stamp.read_text() != wanted:
        manage(["collectstatic", "--noinput", "--clear", "--verbosity", "0"], environment)
        stamp.write_text(wanted)
    return manage(["seed_demo"], environment)


def manage(arguments: list[str], environment: dict[str, str]) -> str:
    """Run one management command and return its output; its progress, and why it failed, it shows on stderr."""
    command = [str(PYTHON), "manage.py", *arguments]
    result = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False, start_new_session=True
    )
    if result.returncode:
        sys.exit(result.returncode)
    return result.stdout


def static_fingerprint() -> str:
    """Changes when a static file of ours does, or a package that may bring others. Gathering takes seconds."""
    digest = hashlib.sha256((ROOT / RUNTIME_LOCK).read_bytes())
    for path in sorted(ROOT.glob("*/static/**/*")):
        if path.is_file() and VENV not in path.parents:
            digest.update(b"%s %d" % (str(path).encode(), path.stat().st_mtime_ns))
    return digest.hexdigest()


def start_web(port: int, environment: dict[str, str], lock: IO[str]) -> "subprocess.Popen[bytes]":
    """One process with eight threads: the local-memory cache belongs to one process."""
    options = ["--interface", "wsgi", "--host", HOST, "--port", str(port), "--workers", "1", "--no-ws"]
    options += ["--blocking-threads", "8", "--backpressure", "64", "--log-level", "error"]
    return start_child(["granian", *options, "config.wsgi:application"], environment, lock)


def start_worker(data_dir: Path, environment: dict[str, str], lock: IO[str]) -> "subprocess.Popen[bytes]":
    """A Celery worker with its scheduler. The filesystem broker moves messages through TMPDIR, so that is private too."""
    private = data_dir / "tmp"
    private.mkdir(mode=0o700, exist_ok=True)
    options = ["--beat", "--schedule", str(data_dir / "schedule"), "--concurrency", "2", "--loglevel", "WARNING"]
    options += ["--without-gossip", "--without-mingle"]
    # Celery warns when root runs it; it accepts nothing but JSON, which is what the warning is about.
    environment = dict(
        environment, TMPDIR=str(private), PYTHONWARNINGS="ignore:You're running the worker with superuser"
    )
    return start_child(["celery", "--quiet", "-A", "config", "worker", *options], environment, lock)


def start_child(command: list[str], environment: dict[str, str], lock: IO[str]) -> "subprocess.Popen[bytes]":
    """In a session of its own: Ctrl-C reaches only us, and we stop our children in order. They hold the lock with us."""
    program = [str(PYTHON), "-m", *command]
    return subprocess.Popen(
        program, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, start_new_session=True, pass_fds=[lock.fileno()]
    )


def wait_for_answer(port: int, children: Children) -> None:
    """Until /healthz answers; stops with a sentence when a child ends before, or time runs out."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        stop_if_one_ended(children)
        with contextlib.suppress(OSError), opener.open(origin_of(port) + "/healthz", timeout=5):
            return
        time.sleep(0.1)
    stop("the web server has not answered for %d seconds." % START_LIMIT_S)


def introduce(port: int, elsewhere: int, mails: str, sign_ins: str) -> None:
    """Print where to look, in which folder mails are unless they are sent, and who may sign in."""
    origin = origin_of(port)
    say("\nMarginalia is running. Ctrl-C stops it.\n")
    say("  the newspaper    %s/" % origin)
    say("  its moderation   %s/moderation/" % origin)
    say("  its policy       %s/policy/demo/" % origin)
    if mails:
        say("  its mails        %s" % mails)
    say("  another site     %s/\n" % origin_of(elsewhere))
    if sign_ins.strip():
        say(sign_ins.strip("\n") + "\n")


def watch(children: Children) -> NoReturn:
    """Wait for the first child to end by itself, and say so."""
    while True:
        stop_if_one_ended(children)
        time.sleep(0.2)


def stop_if_one_ended(children: Children) -> None:
    """Nothing while all are running."""
    for name, child in children.items():
        if child.poll() is not None:
            stop("the %s ended by itself with exit code %d; its last words are above." % (name, child.returncode))


def stop_children(children: Children) -> None:
    """Ask all to end, wait, and kill what is left with everything it started."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for child in children.values():
        child.terminate()
    deadline = time.monotonic() + STOP_LIMIT_S
    for child in children.values():
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(max(0.1, deadline - time.monotonic()))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


# --- Testing


def test(arguments: list[str]) -> int:
    """The whole suite on SQLite, then again with PostgreSQL and Redis. Returns 1 when either fails."""
    ensure_packages(TEST_LOCK)
    environment = clean_environment()
    return subprocess.run([str(PYTHON), "-m", "tests", *arguments], cwd=ROOT, env=environment, check=False).returncode


def main(arguments: list[str]) -> int:
    """Returns the exit code of the process."""
    if arguments[:1] == ["test"]:
        return test(arguments[1:])
    if arguments in ([], ["--fresh"]):
        return serve(fresh=bool(arguments))
    say(__doc__ or "")
    return 0 if arguments in (["--help"], ["-h"], ["help"]) else 2


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)

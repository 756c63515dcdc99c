"""start.py from outside, as a newcomer meets it: what it prints, what it serves, how it ends."""

from __future__ import annotations

import ast
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from config.env import PROJECT_DIR

START = PROJECT_DIR / "start.py"
PATIENCE_S = 90


def variables(**changes: str) -> dict[str, str]:
    """An environment without the settings of this test run."""
    kept = {
        name: os.environ[name] for name in ("PATH", "HOME", "SSL_CERT_FILE", "PIP_CONFIG_FILE") if name in os.environ
    }
    return kept | changes


def run_start(*arguments: str, script: Path = START, **changes: str) -> subprocess.CompletedProcess[str]:
    """start.py to its end."""
    return subprocess.run(
        [sys.executable, script, *arguments], env=variables(**changes), capture_output=True, text=True, check=False
    )


@contextmanager
def taken_port() -> Iterator[int]:
    """A port that somebody listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield server.getsockname()[1]


def test_script_is_readable_for_an_old_python() -> None:
    ast.parse(START.read_text(encoding="utf-8"), feature_version=(3, 6))


def test_start_on_an_old_python_says_which_one_is_needed() -> None:
    code = f"import sys; sys.version_info = (3, 8, 10); exec(compile(open({str(START)!r}).read(), 'start.py', 'exec'))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (
        1,
        "marginalia: Python 3.11 or newer is needed; this is Python 3.8.\n",
    )


def test_start_with_an_unknown_argument_explains_itself() -> None:
    result = run_start("--frehs")
    assert result.returncode == 2
    assert "python3 start.py --fresh" in result.stdout


@pytest.mark.parametrize("port", ["http", "0", "65536"])
def test_start_with_a_nonsensical_port_says_so(port: str, tmp_path: Path) -> None:
    result = run_start(PORT=port, DATA_DIR=str(tmp_path))
    sentence = f"marginalia: PORT is {port!r}; it must be a whole number from 1 to 65535.\n"
    assert (result.returncode, result.stdout, result.stderr) == (1, "", sentence)


def test_start_on_a_taken_port_says_so(tmp_path: Path) -> None:
    with taken_port() as port:
        result = run_start(PORT=str(port), DATA_DIR=str(tmp_path))
    sentence = f"marginalia: port {port} is taken or not allowed for this user; set PORT to another one.\n"
    assert (result.returncode, result.stdout, result.stderr) == (1, "", sentence)


def test_start_with_a_taken_port_for_the_other_site_says_so(tmp_path: Path) -> None:
    with taken_port() as port:
        result = run_start(ELSEWHERE_PORT=str(port), DATA_DIR=str(tmp_path))
    sentence = f"marginalia: port {port} is taken or not allowed for this user; set ELSEWHERE_PORT to another one.\n"
    assert (result.returncode, result.stdout, result.stderr) == (1, "", sentence)


def test_start_with_one_port_for_both_sites_says_so(tmp_path: Path) -> None:
    with taken_port() as port:
        pass
    result = run_start(PORT=str(port), ELSEWHERE_PORT=str(port), DATA_DIR=str(tmp_path))
    sentence = f"marginalia: port {port} is taken or not allowed for this user; set ELSEWHERE_PORT to another one.\n"
    assert (result.returncode, result.stdout, result.stderr) == (1, "", sentence)


def test_start_in_production_refuses_to_make_demo_accounts() -> None:
    result = run_start(ENVIRONMENT="production")
    sentence = (
        "marginalia: start.py makes demo accounts with known passwords, so it never runs with ENVIRONMENT=production.\n"
    )
    assert (result.returncode, result.stdout, result.stderr) == (1, "", sentence)


def test_fresh_on_a_foreign_folder_leaves_it_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    result = run_start("--fresh", DATA_DIR=str(tmp_path))

    sentence = f"marginalia: {tmp_path} does not look like a data folder of Marginalia, so --fresh leaves it alone.\n"
    assert (result.returncode, result.stderr) == (1, sentence)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_start_with_a_wrong_setting_prints_one_sentence(tmp_path: Path) -> None:
    result = run_start(TIME_ZONE="Berlin", DATA_DIR=str(tmp_path))
    sentence = "marginalia: TIME_ZONE 'Berlin' is unknown; a name looks like Europe/Berlin.\n"
    assert (result.returncode, result.stderr) == (1, sentence)


@pytest.fixture
def bare_project(tmp_path: Path) -> Path:
    """The script with its lock file and nothing installed."""
    for name in ("start.py", "requirements.txt"):
        shutil.copy(PROJECT_DIR / name, tmp_path)
    return tmp_path


def test_start_without_venv_module_names_the_remedy(bare_project: Path) -> None:
    hide = "import runpy, sys; sys.modules['ensurepip'] = None; sys.argv = ['start.py']"
    code = f"{hide}; runpy.run_path({str(bare_project / 'start.py')!r}, run_name='__main__')"
    result = subprocess.run(
        [sys.executable, "-c", code], env={"PATH": "/nowhere"}, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert result.stderr == (
        "marginalia: this Python has no venv module; on Debian or Ubuntu run 'sudo apt install python3-venv',"
        " or install uv, then run the same command again.\n"
    )


def test_start_without_network_says_so(bare_project: Path) -> None:
    offline = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_CONFIG_FILE": "/dev/null", "PIP_NO_CACHE_DIR": "1"}
    result = run_start(script=bare_project / "start.py", **offline, PATH="/nowhere")

    sentence = (
        "marginalia: the packages could not be downloaded; connect this machine to the internet and start again.\n"
    )
    assert (result.returncode, result.stderr) == (1, sentence)
    assert not (bare_project / ".venv" / ".installed-requirements.txt").exists()


# --- The whole thing


class Running:
    """start.py with its children, in a terminal of its own as far as signals go."""

    def __init__(self, data_dir: Path, port: int) -> None:
        self.data_dir = data_dir
        self.origin = f"http://127.0.0.1:{port}"
        self.output = data_dir.parent / f"output-{port}"
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, START],
                cwd="/",  # it runs from any directory
                env=variables(DATA_DIR=str(data_dir), PORT=str(port), CI=""),
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait_for(self, text: str) -> str:
        """What was printed, once it holds the text."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            printed = self.output.read_text()
            if text in printed:
                return printed
            assert self.process.poll() is None, printed
            time.sleep(0.1)
        raise AssertionError(self.output.read_text())

    def children(self) -> dict[str, int]:
        """Process ids by name."""
        lines = (self.data_dir / "running").read_text().splitlines()
        return {name: int(number) for name, _, number in (line.rpartition(" ") for line in lines)}

    def end(self) -> int:
        """Stop it as a supervisor would."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)


@contextmanager
def running(tmp_path: Path) -> Iterator[Running]:
    with taken_port() as port:
        pass
    started = Running(tmp_path / "var", port)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.end()


def is_alive(process_id: int) -> bool:
    """Whether there is such a process; one that has ended and waits for its parent's attention is not."""
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_start_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    with running(tmp_path) as started:
        printed = started.wait_for("Ctrl-C stops it.")
        printed = started.wait_for("moderator@demo.example")
        children = started.children()
        with urllib.request.urlopen(f"{started.origin}/") as answer:
            page = answer.read().decode()
        elsewhere = re.findall(r"another site +(\S+)/", printed)[0]
        with urllib.request.urlopen(f"{elsewhere}/umtragestelle.html") as answer:
            club = answer.read().decode()
        with closing(HTTPConnection(started.origin.removeprefix("http://"))) as connection:
            connection.request("GET", "/elsewhere/")
            way = connection.getresponse()
        again = run_start(DATA_DIR=str(started.data_dir))
        code = started.end()

    assert f"{started.origin}/moderation/" in printed
    assert f"{started.origin}/policy/demo/" in printed
    assert re.search(rf"its mails +{re.escape(str(started.data_dir))}/mail$", printed, re.MULTILINE)
    assert "<html" in page
    assert f'<script async src="{started.origin}/embed/v1.js">' in club
    assert (way.status, way.headers["Location"]) == (302, f"{elsewhere}/")
    assert sorted(children) == ["other site", "web server", "worker"]
    assert again.returncode == 1
    assert again.stderr.startswith(f"marginalia: {started.data_dir} is in use by a running Marginalia (web server ")
    assert code == 0
    assert [is_alive(number) for number in children.values()] == [False] * 3
    assert "Traceback" not in started.output.read_text()


def test_start_whose_worker_dies_says_so_and_stops_the_web_server(tmp_path: Path) -> None:
    with running(tmp_path) as started:
        started.wait_for("Ctrl-C stops it.")
        children = started.children()
        os.kill(children["worker"], signal.SIGKILL)
        code = started.process.wait(PATIENCE_S)

    assert code == 1
    sentence = "marginalia: the worker ended by itself with exit code -9; its last words are above.\n"
    assert started.output.read_text().endswith(sentence)
    assert not is_alive(children["web server"])

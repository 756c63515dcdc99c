"""A real WordPress with a real MariaDB, from Debian's packages, set up by its own installer in a throw-away folder."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from config.env import PROJECT_DIR
from tests.integrations.documents import snippet

SOURCE = Path("/usr/share/wordpress")
ADMIN, PASSWORD, NAME = "grete", "correct horse battery staple", "Grete Imhoff"
START_LIMIT_S = 60
CONFIGURATION = """<?php
define( 'DB_NAME', 'wordpress' ); define( 'DB_USER', 'root' ); define( 'DB_PASSWORD', '' );
define( 'DB_HOST', 'localhost:{socket}' ); define( 'DB_CHARSET', 'utf8mb4' ); define( 'DB_COLLATE', '' );
define( 'AUTH_KEY', '{key}' ); define( 'SECURE_AUTH_KEY', '{key}1' ); define( 'LOGGED_IN_KEY', '{key}2' );
define( 'NONCE_KEY', '{key}3' ); define( 'AUTH_SALT', '{key}4' ); define( 'SECURE_AUTH_SALT', '{key}5' );
define( 'LOGGED_IN_SALT', '{key}6' ); define( 'NONCE_SALT', '{key}7' );
define( 'WP_HOME', '{url}' ); define( 'WP_SITEURL', '{url}' );
define( 'DISABLE_WP_CRON', true ); define( 'WP_HTTP_BLOCK_EXTERNAL', true ); define( 'WP_ACCESSIBLE_HOSTS', '127.0.0.1,localhost' );
define( 'AUTOMATIC_UPDATER_DISABLED', true ); define( 'WP_DEBUG', true ); define( 'WP_DEBUG_DISPLAY', true );
$table_prefix = 'wp_';
require_once ABSPATH . 'wp-settings.php';
"""
# What themes from before the block editor do, in one file.
CLASSIC_THEME = """<?php ?><!doctype html><html lang="en"><head><meta charset="utf-8"><?php wp_head(); ?></head><body>
<?php while ( have_posts() ) { the_post(); the_title( '<h1>', '</h1>' ); the_content();
printf( '<p class="count">%s</p>', esc_html( get_comments_number_text() ) );
if ( comments_open() || get_comments_number() ) { comments_template(); } } wp_footer(); ?></body></html>
"""


@dataclass(frozen=True, slots=True)
class WordPress:
    """A running WordPress. Its one account is an administrator called ADMIN."""

    folder: Path
    url: str

    def run(self, php: str) -> str:
        """What PHP code prints inside of WordPress."""
        code = f"$_SERVER['HTTP_HOST'] = '{urllib.parse.urlsplit(self.url).netloc}'; require '{self.folder}/wp-load.php'; {php}"
        done = subprocess.run(["php", "-r", code], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def post(self, title: str, slug: str) -> int:
        """Publish an article and return its number."""
        fields = f"'post_title' => '{title}', 'post_name' => '{slug}', 'post_content' => 'Text.', 'post_author' => 1"
        return int(self.run(f"echo wp_insert_post( array( {fields}, 'post_status' => 'publish' ), true );"))

    def forget_answers(self) -> None:
        """Let go of what was kept for a minute."""
        self.run("global $wpdb; $wpdb->query( \"DELETE FROM $wpdb->options WHERE option_name LIKE '%transient%'\" );")


@contextmanager
def run_wordpress() -> Iterator[WordPress]:
    """WordPress on a port of its own with our plugin in its folder, not yet active. Takes about 15 seconds."""
    with ExitStack() as stack:
        # Directly below /tmp: the path of a socket has at most 107 bytes.
        base = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mg-wp-")))
        database = stack.enter_context(_run_mariadb(base))
        folder = base / "site"
        shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("languages", "akismet", ".htaccess"))
        _add_ours(folder)
        port = _free_port()
        url = f"http://127.0.0.1:{port}"
        settings = CONFIGURATION.format(socket=database, key=secrets.token_hex(24), url=url)
        (folder / "wp-config.php").write_text(settings)
        stack.enter_context(_run_php(folder, port, base / "php.log"))
        wordpress = WordPress(folder, url)
        _install(url)
        # Avatars come from a server that nobody asks here.
        wordpress.run(
            f"wp_update_user( array( 'ID' => 1, 'display_name' => '{NAME}' ) ); update_option( 'show_avatars', 0 );"
        )
        wordpress.run(
            "global $wp_rewrite; $wp_rewrite->set_permalink_structure( '/%postname%/' ); flush_rewrite_rules();"
        )
        yield wordpress


def _add_ours(folder: Path) -> None:
    """The plugin, by the command of the how-to page; and what the tests need besides."""
    variables = {**os.environ, "MARGINALIA": str(PROJECT_DIR)}
    subprocess.run(["sh", "-ec", snippet("WordPress", "sh")], cwd=folder, env=variables, check=True)
    theme = folder / "wp-content/themes/classic"
    (folder / "favicon.ico").touch()
    # A busy test machine is no reason to show an article without its comments.
    patience = folder / "wp-content/mu-plugins"
    patience.mkdir()
    (patience / "patience.php").write_text("<?php add_filter( 'marginalia_timeout', function () { return 30; } );")
    theme.mkdir()
    (theme / "style.css").write_text("/*\nTheme Name: Classic\n*/\n")
    (theme / "index.php").write_text(CLASSIC_THEME)


def _install(url: str) -> None:
    """What the installer's form sends."""
    typed = {
        "weblog_title": "A small paper", "user_name": ADMIN, "admin_password": PASSWORD, "admin_password2": PASSWORD,
        "pw_weak": "1", "admin_email": "editor@paper.example", "blog_public": "0", "Submit": "Install",
    }  # fmt: skip
    data = urllib.parse.urlencode(typed).encode()
    with urllib.request.urlopen(f"{url}/wp-admin/install.php?step=2", data, timeout=START_LIMIT_S) as answer:
        page = answer.read().decode()
    assert "Success!" in page, page


@contextmanager
def _run_mariadb(base: Path) -> Iterator[Path]:
    data, place = base / "db", base / "s"
    account = ["--user=root"] if os.geteuid() == 0 else []
    make = ["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal"]
    subprocess.run([*make, "--skip-test-db", *account], check=True, capture_output=True)
    server = ["/usr/sbin/mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={place}", "--skip-networking"]
    quick = ["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M", f"--pid-file={base / 'pid'}"]
    with _running([*server, *quick, *account], base / "db.log"):
        client = ["mariadb", "--no-defaults", f"--socket={place}", "-uroot", "-e", "CREATE DATABASE wordpress"]
        _wait(lambda: subprocess.run(client, capture_output=True, check=False).returncode == 0, base / "db.log")
        yield place


@contextmanager
def _run_php(folder: Path, port: int, log: Path) -> Iterator[None]:
    options = ["-d", "sendmail_path=/bin/true", "-d", "display_errors=1"]
    command = ["php", *options, "-S", f"127.0.0.1:{port}", "-t", str(folder)]
    with _running(command, log, PHP_CLI_SERVER_WORKERS="4"):
        _wait(lambda: not _is_free(port), log)
        yield


@contextmanager
def _running(command: list[str], log: Path, **variables: str) -> Iterator[None]:
    """A program until the end of the block; then it and what it started are gone."""
    with log.open("w") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, env={**os.environ, **variables}, start_new_session=True
        )
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, 15)
        process.wait(START_LIMIT_S)


def _wait(is_ready: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while not is_ready():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return int(server.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0

"""Settings of a test run: the project's own, with its state in a folder of its own and nothing that must be built first."""

from __future__ import annotations

import atexit
import datetime
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")

# Before the project's settings read it: a test never touches the data, the mails or the broker of an installation.
# The processes of a parallel run are started by the one that made the folder; each has its own below it.
if WORKER:
    os.environ["DATA_DIR"] = str(Path(os.environ["DATA_DIR"], WORKER))
else:
    os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="marginalia-tests-")
    atexit.register(shutil.rmtree, os.environ["DATA_DIR"], ignore_errors=True)

redis = urlsplit(os.environ.get("REDIS_URL", ""))
if redis.scheme:
    # Clearing the cache empties a Redis database, so each worker has one of its own. Sockets name theirs in the query.
    number = int(WORKER.removeprefix("gw") or "-1") + 1
    own = f"unix://{redis.path}?db={number}" if redis.scheme == "unix" else redis._replace(path=f"/{number}").geturl()
    os.environ["REDIS_URL"] = own

from config.settings import *  # noqa: E402, F403 - the environment above has to come first
from config.settings import DATA_DIR, DATABASES, MODERATION_FLAGGERS, STORAGES  # noqa: E402 - names for the type checker

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
Path(DATA_DIR, "static").mkdir(exist_ok=True)  # WhiteNoise warns about a folder that is not there
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, as in real use: threads and processes of a test have connections of their own and meet real locks.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}

# A busy test machine must not make a healthy check "too slow", nor a list of one test stay for the next.
MODERATION_INLINE_BUDGET = datetime.timedelta(seconds=5)
MODERATION_KNOWLEDGE_MAX_AGE = datetime.timedelta(0)
MODERATION_ARTICLES_MAX_AGE = datetime.timedelta(0)

# Two of a hundred comments look different at the desk: tests that are about these ask for them.
MODERATION_BLIND_SAMPLE_SHARE = 0

# What models guess changes with their weights: tests that are about guesses ask for them.
GUESSES = [
    "moderation.flaggers.respect.RespectFlagger",
    "moderation.flaggers.spam.SpamFlagger",
    "moderation.flaggers.learned.LearnedFlagger",
]
MODERATION_FLAGGERS = [flagger for flagger in MODERATION_FLAGGERS if flagger not in GUESSES]
# The encoder too is asked for: it takes part of a second to read, and makes respect and spam asynchronous.
MODERATION_ENCODER = False

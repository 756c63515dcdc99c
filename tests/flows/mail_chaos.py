"""Run as a program: chaos among comments and the mails about them, with the database and the mail server of the environment.

    python -m tests.flows.mail_chaos 200 40 7    200 comments, 40 seconds, chance 7

The result is one line of JSON, as mail_processes.py says it.
"""

from __future__ import annotations

import json
import os
import sys

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.flows.mail_chaos_settings")
    django.setup()
    from tests.flows.mail_processes import run  # needs django.setup()

    count, seconds, seed = map(int, sys.argv[1:4])
    sys.stdout.write(json.dumps(run(count, seconds, seed)) + "\n")

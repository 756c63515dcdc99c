"""House rules as code. Each rule is shown to catch a small sample of what it forbids."""

from __future__ import annotations

import ast
import os
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
NOT_OURS = {
    ".git",
    ".venv",
    "var",
    "node_modules",
    "htmlcov",
    ".hypothesis",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
}
TEXT_SUFFIXES = {".py", ".html", ".txt", ".md", ".toml", ".js", ".css", ".sh", ".yml", ".yaml", ".json", ".xml"}
APPS = ("comments/", "moderation/", "demo/", "config/")
FILE_LINES, FUNCTION_LINES, TEMPLATE_LINES = 400, 60, 120
NAMED_PACKAGES = {"django", "django-allauth", "bleach", "celery", "redis"}

MAY_MARK_SAFE = {
    "comments/markup.py",  # what passed its three walls
    "comments/skeleton.py",  # joins rendered text with its own template, and escapes the rest
    "comments/discussion.py",  # stored output of the two above
    "comments/fragment.py",  # the same output with complete addresses
    "comments/icons.py",  # a file of ours
    "comments/structured_data.py",  # JSON without any character that HTML could read
}
MAY_READ_ENVIRONMENT = ("config/env.py", "start.py", "tests/", "bench/")
MAY_FILTER_BY_STATUS = (
    "comments/models/",
    "moderation/models/",
    "comments/threads",
    "comments/lifecycle.py",
    "moderation/queue",
    "tests/",
)


@cache
def parse(text: str) -> ast.Module:
    """Every rule looks at the same trees."""
    return ast.parse(text)


@dataclass(frozen=True, slots=True)
class Source:
    """One file: its path from the project's root with forward slashes, and its text."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return parse(self.text)

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @property
    def is_app_code(self) -> bool:
        return self.path.startswith(APPS) and "/migrations/" not in self.path


def project_files() -> list[Source]:
    """Every text file of the project, except what is generated or not ours."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(set(folders) - NOT_OURS)
        for name in sorted(names):
            path = Path(folder, name)
            if path.suffix in TEXT_SUFFIXES and not name.startswith("requirements"):
                found.append(Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")))
    return found


FILES = project_files()


# --- Rules about Python


def calls(source: Source) -> Iterator[tuple[ast.Call, str]]:
    """Every call with the last part of the name that is called."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            function = node.func
            yield node, function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def only_lifecycle_writes_status(source: Source) -> list[int]:
    """One function moves a comment between states; everything else would skip its history, counters and mails."""
    if not source.is_app_code or source.path == "comments/lifecycle.py":
        return []
    lines = []
    for node in ast.walk(source.tree):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        lines += [target.lineno for target in targets if is_status_of_a_row(target, source.path)]
    for call, name in calls(source):
        if name == "update" and any(keyword.arg == "status" for keyword in call.keywords):
            lines.append(call.lineno)
        if name == "bulk_update" and any(isinstance(n, ast.Constant) and n.value == "status" for n in ast.walk(call)):
            lines.append(call.lineno)
    return lines


def is_status_of_a_row(target: ast.expr, path: str) -> bool:
    """Outside of models, `self.status` is that of an HTTP answer."""
    if not isinstance(target, ast.Attribute) or target.attr != "status":
        return False
    return "/models" in path or getattr(target.value, "id", "") != "self"


def only_markup_imports_bleach(source: Source) -> list[int]:
    """bleach gets no more fixes: it sees only what our own renderer wrote."""
    if source.path == "comments/markup.py":
        return []
    return [node.lineno for node, module in imports(source) if module.partition(".")[0] == "bleach"]


def nobody_linkifies_with_bleach(source: Source) -> list[int]:
    """bleach.linkify needs seconds for some kilobytes of hostile text, and will not be mended."""
    lines = [node.lineno for node, module in imports(source) if module == "bleach.linkifier"]
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and node.attr == "linkify" and getattr(node.value, "id", "") == "bleach":
            lines.append(node.lineno)
        if isinstance(node, ast.ImportFrom) and node.module == "bleach" and "linkify" in {a.name for a in node.names}:
            lines.append(node.lineno)
    return lines


def imports(source: Source) -> Iterator[tuple[ast.stmt, str]]:
    """Every import statement with the module it names."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node, node.module or ""


def nobody_calls_delay(source: Source) -> list[int]:
    """A task started inside a transaction may run before it ends, or though it never does: delay_on_commit."""
    return [call.lineno for call, name in calls(source) if name == "delay" and source.is_app_code]


def relations_are_named(source: Source) -> list[int]:
    """comment.revision_set says less than comment.revisions."""
    relations = {"ForeignKey", "OneToOneField"}
    return [
        call.lineno
        for call, name in calls(source)
        if name in relations
        and source.is_app_code
        and not any(keyword.arg == "related_name" for keyword in call.keywords)
    ]


def nobody_marks_strings_safe(source: Source) -> list[int]:
    """Escaping is switched off in few modules, which are tested for it."""
    if not source.is_app_code or source.path in MAY_MARK_SAFE:
        return []
    return [call.lineno for call, name in calls(source) if name in {"mark_safe", "SafeString"} and call.args]


def inline_imports_say_why(source: Source) -> list[int]:
    """An import inside a function hides a dependency; where it must be, a comment says why."""
    lines = []
    for function in ast.walk(source.tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                above, here = source.lines[node.lineno - 2].strip(), source.lines[node.lineno - 1]
                has_reason = re.search(r"#(?! noqa: [A-Z0-9, ]+$)", here)
                if not has_reason and not above.startswith(("#", "import ", "from ")):
                    lines.append(node.lineno)
    return lines


def only_env_reads_the_environment(source: Source) -> list[int]:
    """A variable read elsewhere is neither validated nor documented. Naming the settings module is no reading."""
    if source.path.startswith(MAY_READ_ENVIRONMENT):
        return []
    found = []
    for number, line in enumerate(source.lines, 1):
        if re.search(r"\bos\.(environ|getenv)\b", line) and 'setdefault("DJANGO_SETTINGS_MODULE"' not in line:
            found.append(number)
    return found


def status_filters_have_names(source: Source) -> list[int]:
    """`.visible()` is one definition; `.filter(status=...)` in ten places is ten."""
    if source.path.startswith(MAY_FILTER_BY_STATUS) or "/migrations/" in source.path:
        return []
    return [
        call.lineno
        for call, name in calls(source)
        if name in {"filter", "exclude"} and any((keyword.arg or "").startswith("status") for keyword in call.keywords)
    ]


def nobody_mocks(source: Source) -> list[int]:
    """A mock of our own code tests the mock."""
    return [node.lineno for node, module in imports(source) if module in {"unittest.mock", "mock", "pytest_mock"}]


def files_are_short(source: Source) -> list[int]:
    """Longer files hold two things."""
    return [FILE_LINES] if len(source.lines) > FILE_LINES and "/migrations/" not in source.path else []


def functions_are_short(source: Source) -> list[int]:
    """Longer functions do two things."""
    return [
        node.lineno
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES
    ]


# --- Rules about templates and about every file


def templates_are_short(source: Source) -> list[int]:
    """Longer templates hide a fragment."""
    return [TEMPLATE_LINES] if len(source.lines) > TEMPLATE_LINES else []


def templates_have_nothing_inline(source: Source) -> list[int]:
    """The Content-Security-Policy would refuse it. Data blocks are not run. Mails have no policy, and no other styles."""
    script = re.compile(r"<script(?![^>]*\b(src=|type=\"application/(ld\+)?json\"))", re.IGNORECASE)
    styles = "" if re.search(r"templates/(comments|moderation)/mail/", source.path) else r"<style\b|\sstyle\s*=|"
    other = re.compile(styles + r"\son[a-z]+\s*=\s*[\"']|javascript:", re.IGNORECASE)
    return [number for number, line in enumerate(source.lines, 1) if script.search(line) or other.search(line)]


def templates_escape(source: Source) -> list[int]:
    """Only what markup.render() wrote is put in unescaped; its names end in html."""
    unsafe = re.compile(r"\{%\s*autoescape\s+off|\{\{(?!\s*[\w.]*html\s*\|)[^}]*\|\s*safe(seq)?\b")
    return [number for number, line in enumerate(source.lines, 1) if unsafe.search(line)]


def no_paths_of_a_machine(source: Source) -> list[int]:
    """What works in one person's folders works nowhere else."""
    path = re.compile(r"(?<![\w.:/-])/(work|home/\w+|root|Users/\w+)/\w")
    return [number for number, line in enumerate(source.lines, 1) if path.search(line)]


Rule = Callable[[Source], list[int]]

# Each rule with the files it is for, and a sample that it must catch.
RULES: list[tuple[Rule, str, Source]] = [
    (only_lifecycle_writes_status, ".py", Source("comments/views.py", "comment.status = 'approved'")),
    (only_lifecycle_writes_status, ".py", Source("moderation/tasks.py", "Comment.objects.update(status='spam')")),
    (only_lifecycle_writes_status, ".py", Source("comments/tasks.py", "q.bulk_update(rows, ['status'])")),
    (only_markup_imports_bleach, ".py", Source("moderation/policy.py", "from bleach import clean")),
    (nobody_linkifies_with_bleach, ".py", Source("comments/markup.py", "import bleach\nbleach.linkify(text)")),
    (nobody_linkifies_with_bleach, ".py", Source("comments/markup.py", "from bleach import linkify")),
    (nobody_calls_delay, ".py", Source("comments/receivers.py", "sweep_task.delay(1)")),
    (
        relations_are_named,
        ".py",
        Source("comments/models/x.py", "a = models.ForeignKey('b', on_delete=models.CASCADE)"),
    ),
    (nobody_marks_strings_safe, ".py", Source("comments/slots.py", "def f(text):\n    return mark_safe(text)")),
    (inline_imports_say_why, ".py", Source("comments/x.py", "def f():\n    x = 1\n    import json  # noqa: PLC0415")),
    (only_env_reads_the_environment, ".py", Source("comments/conf.py", "import os\nos.environ['X']")),
    (status_filters_have_names, ".py", Source("comments/views.py", "Comment.objects.filter(status='approved')")),
    (nobody_mocks, ".py", Source("tests/test_x.py", "from unittest.mock import patch")),
    (files_are_short, ".py", Source("comments/x.py", "x = 1\n" * 401)),
    (functions_are_short, ".py", Source("comments/x.py", "def f():\n" + "    x = 1\n" * 60)),
    (templates_are_short, ".html", Source("templates/x.html", "<p>\n" * 121)),
    (templates_have_nothing_inline, ".html", Source("templates/x.html", "<script>alert(1)</script>")),
    (templates_have_nothing_inline, ".html", Source("templates/x.html", '<p style="color: red">')),
    (templates_have_nothing_inline, ".html", Source("templates/x.html", '<a onclick="x()">')),
    (templates_escape, ".html", Source("templates/x.html", "{{ comment.body|safe }}")),
    (templates_escape, ".html", Source("templates/x.html", "{% autoescape off %}")),
    (no_paths_of_a_machine, "", Source("docs/x.md", "cd /" + "home/ada/project")),
]


@pytest.mark.parametrize(("rule", "suffix"), dict.fromkeys((rule, suffix) for rule, suffix, _ in RULES))
def test_project_keeps_the_rule(rule: Rule, suffix: str) -> None:
    broken = [
        f"{source.path}:{line}"
        for source in FILES
        if source.path.endswith(suffix) and (suffix != ".html" or "templates/" in source.path)
        for line in rule(source)
    ]
    assert not broken, "\n".join([rule.__doc__ or "", *broken])


@pytest.mark.parametrize(("rule", "suffix", "sample"), RULES)
def test_rule_given_its_sample_catches_it(rule: Rule, suffix: str, sample: Source) -> None:
    assert len(rule(sample)) == 1


@pytest.mark.parametrize("line", ["{{ comment.body_html|safe }}", "{{ html|safe }}", "{{ comment.body }}"])
def test_template_rule_lets_rendered_markup_pass(line: str) -> None:
    assert templates_escape(Source("templates/x.html", line)) == []


# --- Documents that must agree with the code


def test_settings_page_lists_what_the_environment_module_reads() -> None:
    code = (ROOT / "config/env.py").read_text(encoding="utf-8")
    read = set(re.findall(r"\b(?:source|self)\.(?:text|choice|flag|number|share|names|url)\(\s*\"([A-Z_]+)\"", code))
    rows = re.findall(
        r"^\| (`.+?`) \|", (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    documented = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}

    assert documented == read
    assert {"ENVIRONMENT", "SECRET_KEY", "OPENID_CONNECT_SERVER_URL"} <= read  # the search finds what is there


def test_requirements_hold_the_named_packages_with_hashes() -> None:
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    pins = dict(re.findall(r"^([a-z0-9-]+)(?:\[.+\])?==(\S+)", text, re.MULTILINE))

    assert set(pins) >= NAMED_PACKAGES
    assert pins["bleach"] == "6.4.0"
    assert text.count("--hash=sha256:") >= len(pins)
    assert not re.search(r"--(extra-)?index-url|--find-links|file:", text)


def test_requirements_satisfy_the_ranges_of_the_project_file() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = {
        "requirements.txt": project["project"]["dependencies"],
        "requirements-dev.txt": project["project"]["dependencies"] + project["dependency-groups"]["dev"],
        "requirements-models.txt": project["project"]["dependencies"] + project["dependency-groups"]["models"],
    }
    for name, ranges in wanted.items():
        pins = dict(
            re.findall(r"^([a-z0-9-]+)(?:\[.+\])?==([^\s;]+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
        )
        requirements = [Requirement(text) for text in ranges]
        unmet = [
            str(one) for one in requirements if not one.specifier.contains(pins.get(one.name, "0"), prereleases=True)
        ]
        assert unmet == [], f"{name} is older than pyproject.toml: make lock"


def test_requirements_for_tests_contain_the_runtime_pins() -> None:
    pin = re.compile(r"^([a-z0-9-]+(?:\[.+\])?==\S+)", re.MULTILINE)
    runtime = set(pin.findall((ROOT / "requirements.txt").read_text(encoding="utf-8")))
    tests = set(pin.findall((ROOT / "requirements-dev.txt").read_text(encoding="utf-8")))
    assert runtime <= tests

"""Building the widget: its parts joined, with the styles it brings, made small. For maintainers; no server runs any of it."""

from __future__ import annotations

import hashlib
import re
import subprocess
from pathlib import Path

TERSER = "terser@5"
_OWN_MEMBERS = "element|known|stop|reader|isIntegrated|isFramed|isBusy|section|texts|relative|polled|arrived|early|untold|problem|base|hook|jwt|ground|siteSlug|retryAfter|sent|step"
_TERSER_OPTIONS = (
    *("--compress", "passes=3,unsafe,unsafe_arrows,pure_getters,ecma=2022", "--mangle", "toplevel"),
    *("--mangle-props", f"regex=/^({_OWN_MEMBERS})$/"),
)
_FOLDER = Path(__file__).parent / "static" / "comments"
_STYLES = ("tokens.css", "discussion.css", "widget/widget.css")
_PARTS = ("page", "keeping", "asking", "reading", "writing", "acting", "identity", "frame", "elements")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"^ *[^\s@{}][^{}]*\{[^{}]*\}\n", re.MULTILINE)
# Steps of a scale that embed.md promises to nobody: written out, they take less room.
_DISTANCE = re.compile(r"--mg-(space-\d+|hairline):(\w+)")
_PROPERTY = re.compile(r"(--mg-[\w-]+):")
_DECLARATION = re.compile(r"(--mg-[\w-]+:[^;}]*;?)")
_USE = re.compile(r"var\((--mg-[\w-]+)")
# Of the rules for old browsers and for what only our own pages show, the widget has no use.
_FOR_OLD_BROWSERS = re.compile(r"^@supports not \(color: light-dark.*?^\}\n", re.DOTALL | re.MULTILINE)
_ONLY_ON_PAGES = re.compile(
    r"\.mg-(?:reply-to__|report__comment|own__article|comment--(?:waiting|returned|rejected)|button--quiet)"
    r"|data-font|:target|^ *(?:\[theme|marginalia-|a\.)|--(?:removed|spam)"
)
# What undoes rules of a host page, which do not reach into a shadow root; and typefaces that the system's own stands for.
_AGAINST_HOSTS = re.compile(
    r"^ *(?:text-transform: none|list-style: inherit|border: 0;\n  background: none;\n  color: inherit);\n|(?<=system-ui), \"Segoe UI\", Roboto, \"Helvetica Neue\""
    r"|^ *border: 0;\n(?=  color: var\(--mg-accent\);\n  text-decoration)"
    r"|(?<=ui-monospace), \"Cascadia Mono\", Menlo, Consolas",
    re.MULTILINE,
)


def build_widget() -> str:
    """The file as it is published. Needs npx, which fetches terser; raises CalledProcessError."""
    command = ["npx", "--yes", TERSER, *_TERSER_OPTIONS]
    made = subprocess.run(command, input=_script(), capture_output=True, text=True, check=True)  # noqa: S603 - no input of others
    # Styles before the script pack better than among it. A block, so that the host page sees nothing of either.
    return f"{{const STYLES={_literal(styles())};{made.stdout.strip()}}}\n"


def fingerprint() -> str:
    """What the sources are at the moment: kept beside the built file, so that a test can tell whether it is of them."""
    return hashlib.sha256((styles() + _script()).encode()).hexdigest()


def styles() -> str:
    """The rules for the shadow root."""
    # A tool of maintainers: servers do not have it.
    import rcssmin  # type: ignore[import-untyped]  # noqa: PLC0415

    sheets = "\n".join(_read(name) for name in _STYLES if (_FOLDER / name).exists())
    kept = (
        _FOR_OLD_BROWSERS.sub("", _COMMENT.sub("", sheets)).replace(":where(:root),", "").replace("data-theme", "theme")
    )
    return _without_unused(_written_out(str(rcssmin.cssmin(_AGAINST_HOSTS.sub("", _RULE.sub(_for_widget, kept))))))


def _for_widget(rule: re.Match[str]) -> str:
    """The rule without the selectors that match nothing in the widget."""
    selectors, _brace, declarations = rule[0].partition("{")
    used = [one for one in selectors.split(",\n") if not _ONLY_ON_PAGES.search(one)]
    return ",\n".join(used) + " {" + declarations if used else ""


def _written_out(css: str) -> str:
    """The styles with distances in place of their names."""
    for name, distance in _DISTANCE.findall(css):
        css = css.replace(f"var(--mg-{name})", distance)
    return css


def _without_unused(css: str) -> str:
    """The styles without the custom properties of which nothing is made; with one, another may lose its use."""
    while unused := set(_PROPERTY.findall(css)) - set(_USE.findall(css)):
        css = "".join(
            part for part in _DECLARATION.split(css) if not part.startswith(tuple(f"{one}:" for one in unused))
        )
    css = re.sub(r"[^{}]+\{\}", "", css.replace(";}", "}"))
    # "10.5pt" keeps its nought; in calc() only "+" and "-" need their spaces.
    return re.sub(r"(?<![\w.])0\.", ".", re.sub(r" ([/*]) ", r"\1", css))


def _script() -> str:
    """Every part in one function. It takes the styles from around it."""
    parts = "\n".join(_read(f"widget/{name}.js") for name in _PARTS)
    return f"(() => {{\n{parts}\n}})();\n"


def _literal(text: str) -> str:
    """A string of JavaScript. Single quotes, because styles hold many double ones."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")

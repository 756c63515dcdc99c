"""A Hugo site made by the steps of the how-to page."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from comments.embed_check import KnownSite, check_page, read_page
from config.env import PROJECT_DIR
from tests.integrations.documents import COMMENTS, NEWS, snippet

pytestmark = [pytest.mark.hosts, pytest.mark.once, pytest.mark.slow]

LAYOUT = '<!doctype html><html lang="{{ .Language.Lang }}"><body><h1>{{ .Title }}</h1>{{ .Content }}\n%s</body></html>'
PAGES = {
    "weir.md": '---\ntitle: "The \\"weir\\" & <us>"\n---\nText.\n',
    "moved.md": f"---\ntitle: Moved\n{snippet('Hugo', 'yaml')}---\nText.\n",
    "silent.md": "---\ntitle: Silent\ncomments: false\n---\nText.\n",
}


def build(folder: Path) -> dict[str, str]:
    """The built pages by their names."""
    variables = {**os.environ, "MARGINALIA": str(PROJECT_DIR)}
    subprocess.run(["sh", "-ec", snippet("Hugo", "sh")], cwd=folder, env=variables, check=True)
    top = f'baseURL = "{NEWS}/"\nlanguageCode = "de"\ndefaultContentLanguage = "de"\ndisableKinds = ["taxonomy", "term"]\n'
    (folder / "config.toml").write_text(top + snippet("Hugo", "toml"))
    layouts, content = folder / "layouts/_default", folder / "content"
    layouts.mkdir()
    content.mkdir()
    (layouts / "single.html").write_text(LAYOUT % snippet("Hugo", "html"))
    (layouts / "list.html").write_text("<!doctype html><title>List</title>")
    for name, text in PAGES.items():
        (content / name).write_text(text)
    subprocess.run(
        ["hugo", "--quiet"], cwd=folder, check=True, env={**os.environ, "HUGO_CACHEDIR": str(folder / "cache")}
    )
    return {path.stem: (folder / "public" / path.stem / "index.html").read_text() for path in content.iterdir()}


def test_hugo_site_made_by_the_how_to_page_embeds_its_discussions(tmp_path: Path) -> None:
    pages = build(tmp_path)

    element = (
        '<marginalia-comments id="comments" site="demo" article="weir" url="https://news.example/weir/"'
        ' title="The &#34;weir&#34; &amp; &lt;us&gt;" lang="de"></marginalia-comments>'
    )
    assert element in pages["weir"]
    assert f'{{ src: "{COMMENTS}/embed/v1.js" }}' in pages["weir"]
    assert f'<a href="{COMMENTS}/discussion/demo/weir/">Zu den Kommentaren</a>' in pages["weir"]
    assert 'article="article-4711"' in pages["moved"]
    assert "marginalia" not in pages["silent"]
    for name in ("weir", "moved"):
        page = read_page(address=f"{NEWS}/{name}/", html=pages[name])
        assert check_page(page, comments_origin=COMMENTS, sites=[KnownSite(slug="demo", origins=(NEWS,))]) == []

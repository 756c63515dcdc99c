"""Where a measurement takes place: the comment server, a publisher's server, and browsers of one language each."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from comments.access import author_cookie_name
from comments.models import Article, Author
from comments.services.identity import make_author_token
from tests.comments.widget.host import Host
from tests.factories import make_article, make_policy, make_site
from tests.moderation.desk_pages import sign_in

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from playwright.sync_api import Browser, Page

LOCALES = {"de": "de-DE", "en": "en-GB"}


@dataclass
class Stage:
    """`url` is the comment server. `page` is the page of this measurement, opened by `open_page`."""

    browser: Browser
    url: str
    host: Host
    language: str = "en"
    _stack: ExitStack = field(default_factory=ExitStack)
    _page: Page | None = None

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    @property
    def page(self) -> Page:
        if self._page is None:
            self._page = self.open_page()
        return self._page

    def open_page(self, **options: Any) -> Page:
        """A page of a fresh profile in the language of the stage."""
        context = self.browser.new_context(locale=LOCALES[self.language], **options)
        self._stack.callback(context.close)
        self._page = context.new_page()
        self._page.set_default_timeout(10_000)
        return self._page

    def use(self, page: Page) -> None:
        """Go on with a page that was opened before."""
        self._page = page

    def make_article(self, key: str = "ferry", **facts: Any) -> Article:
        """An article in the language of the stage; its site's only origin is the publisher's server."""
        site = make_site(language=self.language, origins=(self.host.url,))
        make_policy(site)
        article = make_article(site, key=key, **facts)
        Article.objects.filter(pk=article.pk).update(language=self.language)
        article.refresh_from_db()
        return article

    def be_guest(self, author: Author) -> None:
        """From now on the browser holds the token of this guest."""
        cookie = {"name": author_cookie_name(author.site), "value": make_author_token(author), "url": self.url}
        self.page.context.add_cookies([cookie])  # type: ignore[list-item]

    def be_account(self, user: User) -> None:
        """From now on this account is signed in."""
        session = sign_in(user).cookies["sessionid"].value
        self.page.context.add_cookies([{"name": "sessionid", "value": session, "url": self.url}])

    def go(self, path: str) -> Page:
        """Open a page of the comment server."""
        self.page.goto(self.url + path)
        return self.page

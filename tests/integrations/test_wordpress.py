"""The plugin in a real WordPress, with this server behind it and a browser in front."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from comments.enums import AuthorKind, Status
from comments.models import Article, Comment, Site
from comments.services.articles import ArticleFacts, register_article
from moderation.enums import Role, Scope
from moderation.services.tokens import issue_token
from tests.factories import make_comment, make_moderator, make_policy, make_site, move
from tests.integrations.wordpress import ADMIN, NAME, PASSWORD, WordPress, run_wordpress

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.fixtures import Settings
    from pytest_django.live_server_helper import LiveServer

pytestmark = [
    pytest.mark.hosts,
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
]

SECRET = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")


@pytest.fixture(scope="module")
def installed() -> Iterator[WordPress]:
    """WordPress as its installer leaves it."""
    with run_wordpress() as wordpress:
        yield wordpress


@pytest.fixture
def wordpress(installed: WordPress, live_server: LiveServer, settings: Settings) -> WordPress:
    """With the plugin active and pointed at this server, and nothing kept from another test."""
    settings.BASE_URL = live_server.url
    values = (
        f"'host' => '{live_server.url}', 'site' => 'paper', 'issuer' => 'paper', 'kid' => 'wp', 'secret' => '{SECRET}'"
    )
    installed.run(
        "require_once ABSPATH . 'wp-admin/includes/plugin.php'; activate_plugin( 'marginalia/marginalia.php' );"
        f"update_option( 'marginalia', array( {values} ) ); switch_theme( 'twentytwentythree' );"
    )
    installed.forget_answers()
    return installed


@pytest.fixture
def site(wordpress: WordPress) -> Site:
    """The paper as this server knows it."""
    site = make_site("paper", language="en", origins=(wordpress.url,))
    site.sso_issuer = "paper"
    site.sso_keys = {"keys": [{"kty": "oct", "kid": "wp", "k": SECRET}]}
    site.save()
    make_policy(site)
    return site


def sign_in(page: Page, wordpress: WordPress) -> None:
    """As the administrator, by WordPress's own form."""
    page.set_default_timeout(60_000)  # WordPress is slow on a busy machine
    page.goto(f"{wordpress.url}/wp-login.php")
    page.locator("#user_login").fill(ADMIN)
    page.locator("#user_pass").fill(PASSWORD)
    page.locator("#wp-submit").click()
    page.wait_for_url("**/wp-admin/**")


def read(address: str) -> str:
    """The page as a crawler gets it."""
    with urlopen(address, timeout=60) as answer:
        return str(answer.read(), "utf-8")


@pytest.mark.parametrize("theme", ["twentytwentythree", "classic"])
def test_article_includes_its_comments_and_shows_their_number(wordpress: WordPress, site: Site, theme: str) -> None:
    wordpress.run(f"switch_theme( '{theme}' );")
    number = wordpress.post("The weir", f"weir-{theme}")
    address = f"{wordpress.url}/weir-{theme}/"
    article = register_article(site=site, facts=ArticleFacts(key=f"wp-{number}", url=address, title="The weir"))
    make_comment(article, body="Look at [gallery] and :) please", status=Status.APPROVED)
    make_comment(article, body="Not read yet", status=Status.PENDING)

    html = read(address)

    start = html.index("<marginalia-comments")
    inside = html[start : html.index("</marginalia-comments>")]
    tag = inside.partition(">")[0]
    assert f'site="paper" article="wp-{number}" url="{address}" title="The weir" lang="en"' in tag
    assert "token=" not in tag
    assert "Look at [gallery] and :) please" in inside
    assert "application/ld+json" in inside
    assert "Not read yet" not in html
    assert html.count("/embed/v1.js") == 1
    assert "wp-comments-post.php" not in html
    if theme == "classic":
        assert '<p class="count">1 Comment</p>' in html


def test_post_hands_over_what_it_says_when_it_is_saved_for_everybody_to_read(wordpress: WordPress, site: Site) -> None:
    token = issue_token(user=make_moderator(site, role=Role.ADMINISTRATOR), site=site, scopes=[Scope.ARTICLES])
    before = wordpress.post("Before the token", "before")
    wordpress.run(f"$all = get_option( 'marginalia' ); $all['token'] = '{token}'; update_option( 'marginalia', $all );")
    blocks = (
        "<!-- wp:paragraph --><p>The <b>weir</b> &amp; the [gallery]mill.</p><!-- /wp:paragraph -->"
        '<!-- wp:list --><ul><li>3 &lt; 4 lanes</li><li></li></ul><!-- /wp:list -->Last, 50 Pfund "Über".'
    )
    fields = (
        f"'post_title' => 'The weir', 'post_excerpt' => 'In short.', 'post_content' => '{blocks}', 'post_author' => 1"
    )
    draft = int(wordpress.run(f"echo wp_insert_post( array( {fields} ), true );"))
    wordpress.run(f"wp_insert_post( array( {fields}, 'post_status' => 'publish', 'post_password' => 'x' ) );")
    wordpress.run(f"wp_insert_post( array( {fields}, 'post_status' => 'publish', 'comment_status' => 'closed' ) );")
    assert not Article.objects.exists()

    wordpress.run(f"wp_update_post( array( 'ID' => {draft}, 'post_status' => 'publish', 'post_name' => 'said' ) );")

    article = Article.objects.get()
    assert (article.key, article.url, article.title, article.teaser) == (
        f"wp-{draft}", f"{wordpress.url}/said/", "The weir", "In short.",
    )  # fmt: skip
    assert article.text.body.split("\n\n") == ["The weir & the mill.", "3 < 4 lanes", 'Last, 50 Pfund "Über".']

    wordpress.run(f"wp_update_post( array( 'ID' => {before}, 'post_content' => 'Changed.' ) );")
    wordpress.run(f"wp_update_post( array( 'ID' => {draft}, 'post_content' => '' ) );")
    said = Article.objects.order_by("pk").values_list("key", "text__body")
    assert list(said) == [(f"wp-{draft}", None), (f"wp-{before}", "Changed.")]


def test_reader_who_is_signed_in_to_wordpress_writes_under_that_name(
    wordpress: WordPress, site: Site, page: Page
) -> None:
    number = wordpress.post("The ferry", "ferry")
    sign_in(page, wordpress)
    page.goto(f"{wordpress.url}/ferry/")
    assert SECRET not in page.content()
    form = page.locator("marginalia-comments form[data-mg=form]")
    form.scroll_into_view_if_needed()
    # Below the text field, where it is unfolded with the first word.
    page.locator("marginalia-comments [data-mg=account]:not([hidden])").wait_for(state="attached", timeout=30_000)
    assert NAME in page.locator("marginalia-comments [data-mg=account]").inner_text()

    form.locator("[name=body]").fill("It has always been late.")
    form.locator("button[type=submit]:not([name=preview])").click()
    own = page.locator("marginalia-comments [data-mg=own]")
    own.get_by_role("paragraph").filter(has_text="It has always been late.").wait_for()

    comment = Comment.objects.select_related("author", "article").get()
    assert (comment.author.kind, comment.author.sso_subject) == (AuthorKind.SSO, "1")
    assert (comment.author_name, comment.status) == (NAME, Status.PENDING)
    assert (comment.article.key, comment.article.title) == (f"wp-{number}", "The ferry")
    assert comment.article.url == f"{wordpress.url}/ferry/"

    move(comment, Status.APPROVED)
    wordpress.forget_answers()
    assert "It has always been late." in read(f"{wordpress.url}/ferry/")


def test_article_without_an_answering_comment_server_is_shown_at_once(
    wordpress: WordPress, live_server: LiveServer
) -> None:
    number = wordpress.post("The bridge", "bridge")
    wordpress.run(
        "$all = get_option( 'marginalia' ); $all['host'] = 'http://127.0.0.1:9'; update_option( 'marginalia', $all );"
    )
    wordpress.forget_answers()

    html = read(f"{wordpress.url}/bridge/")

    inside = re.search(r"<marginalia-comments [^>]*>(.*?)</marginalia-comments>", html)
    address = f"http://127.0.0.1:9/discussion/paper/wp-{number}/"
    assert inside is not None
    assert inside[1] == f'<p><a href="{address}">To the comments</a></p>'
    assert "Warning" not in html


def test_article_whose_discussion_is_closed_in_wordpress_has_none(wordpress: WordPress, site: Site) -> None:
    number = wordpress.post("The mill", "mill")
    wordpress.run(f"wp_update_post( array( 'ID' => {number}, 'comment_status' => 'closed' ) );")
    html = read(f"{wordpress.url}/mill/")
    assert "marginalia" not in html


def test_wordpress_takes_no_comment_of_its_own(wordpress: WordPress, site: Site) -> None:
    number = wordpress.post("The lock", "lock")
    data = f"comment_post_ID={number}&author=A&email=a%40b.example&comment=Buy".encode()
    with pytest.raises(HTTPError) as caught:
        urlopen(f"{wordpress.url}/wp-comments-post.php", data, timeout=60)
    caught.value.close()
    assert caught.value.code == 403
    assert wordpress.run(f"echo get_comment_count( {number} )['all'];") == "0"


@pytest.mark.parametrize(
    ("is_set_up", "answer", "stored"),
    [
        (True, "403 marginalia_elsewhere", "0"),
        # Where no discussion of ours stands in, everything is as WordPress has it.
        (False, "201 ", "1"),
    ],
)
def test_wordpress_takes_no_comment_of_its_own_by_its_rest_interface(
    wordpress: WordPress, site: Site, is_set_up: bool, answer: str, stored: str
) -> None:
    number = wordpress.post("The dam", f"dam-{is_set_up}".lower())
    if not is_set_up:
        wordpress.run("update_option( 'marginalia', array() );")
    said = wordpress.run(
        "wp_set_current_user( 1 ); $request = new WP_REST_Request( 'POST', '/wp/v2/comments' );"
        f"$request->set_body_params( array( 'post' => {number}, 'content' => 'Buy' ) );"
        "$answer = rest_do_request( $request ); $data = $answer->get_data();"
        "echo $answer->get_status() . ' ' . ( isset( $data['code'] ) ? $data['code'] : '' );"
    )
    assert said == answer
    assert wordpress.run(f"echo get_comment_count( {number} )['all'];") == stored


def test_settings_are_entered_by_administrators_and_checked(wordpress: WordPress, page: Page) -> None:
    sign_in(page, wordpress)
    page.goto(f"{wordpress.url}/wp-admin/options-general.php?page=marginalia")
    assert page.locator("#marginalia-secret").input_value() == ""
    page.locator("#marginalia-host").fill("javascript:alert(1)")
    page.locator("#marginalia-site").fill('"><script>')
    page.locator("#marginalia-issuer").fill("another")
    page.locator("#marginalia-token").fill("mt_short")
    page.locator("#submit").click()
    page.get_by_text("The comment server is an origin").wait_for()
    page.get_by_text("The site is a short name").wait_for()
    page.get_by_text("The token begins with mt_").wait_for()

    kept = wordpress.run("echo json_encode( get_option( 'marginalia' ), JSON_UNESCAPED_SLASHES );")
    assert '"host":"http://' in kept
    assert '"site":"paper","issuer":"another","kid":"wp"' in kept
    assert SECRET in kept
    assert "mt_short" not in kept

    token = "mt_" + "A-b_" * 10 + "xyz"
    page.locator("#marginalia-token").fill(token)
    page.locator("#submit").click()
    page.get_by_text("Settings saved").wait_for()
    assert (page.locator("#marginalia-token").input_value(), token in page.content()) == ("", False)
    page.locator("#submit").click()
    page.get_by_text("Settings saved").wait_for()
    assert token in wordpress.run("echo json_encode( get_option( 'marginalia' ) );")


def test_settings_of_a_request_without_nonce_stay(wordpress: WordPress, page: Page) -> None:
    sign_in(page, wordpress)
    form = {"option_page": "marginalia", "action": "update", "marginalia[host]": "https://evil.example"}
    answer = page.request.post(f"{wordpress.url}/wp-admin/options.php", form=form)
    assert answer.status == 403
    assert "evil.example" not in wordpress.run("echo json_encode( get_option( 'marginalia' ) );")

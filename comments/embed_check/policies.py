"""What the page's Content-Security-Policies say of our script, our requests and our frame."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from comments.embed_check.csp import Directives, is_inline_let_in, is_let_in, read_policy, sources_for, with_source
from comments.embed_check.reading import EmbedPage
from comments.embed_check.values import Finding

TRUSTED_TYPES_POLICY = "marginalia"


def check_policies(page: EmbedPage, comments_origin: str) -> Iterator[Finding]:
    """Each kind of load once, by the first policy that refuses it."""
    directives = [read_policy(policy) for policy in page.policies]
    refused: set[str] = set()
    for one in directives:
        for finding in _check_policy(one, page, comments_origin):
            if finding.code not in refused:
                refused.add(finding.code)
                yield finding


def _check_policy(directives: Directives, page: EmbedPage, comments_origin: str) -> Iterator[Finding]:
    loader = page.scripts[0] if page.scripts else None
    nonce = loader.nonce if loader else ""
    script = f"{comments_origin}/embed/v1.js"
    decider = sources_for(directives, "script-src")
    if decider and loader and loader.is_inline and not is_inline_let_in(decider[1], nonce=nonce):
        sentence = _("The Content-Security-Policy refuses scripts inside the page. Load ours by this line instead:")
        yield Finding("csp_inline", sentence, f'<script async src="{script}"></script>')
    if decider and not is_let_in(script, decider[1], page=page.address, nonce=nonce):
        if "'strict-dynamic'" in decider[1]:
            sentence = _(
                "The Content-Security-Policy has 'strict-dynamic', so the script needs the nonce of the page's other scripts:"
            )
            yield Finding("csp_nonce", sentence, f'<script async nonce="…" src="{script}"></script>')
        else:
            sentence = _("The Content-Security-Policy refuses the script. It has to say:")
            yield Finding("csp_script", sentence, _line(decider, "script-src", comments_origin))
    decider = sources_for(directives, "connect-src")
    if decider and not is_let_in(f"{comments_origin}/embed/v1/", decider[1], page=page.address):
        sentence = _("The Content-Security-Policy refuses the requests for the comments. It has to say:")
        yield Finding("csp_connect", sentence, _line(decider, "connect-src", comments_origin))
    decider = sources_for(directives, "frame-src")
    is_framed = any(element.isolation == "frame" for element in page.elements)
    if is_framed and decider and not is_let_in(f"{comments_origin}/embed/v1/", decider[1], page=page.address):
        sentence = _(
            'The element has isolation="frame", and the Content-Security-Policy refuses the frame. It has to say:'
        )
        yield Finding("csp_frame", sentence, _line(decider, "frame-src", comments_origin))
    yield from _check_trusted_types(directives)


def _line(decider: tuple[str, list[str]], wanted: str, origin: str) -> str:
    """The directive to paste. Where default-src decided, a directive of its own leaves everything else as it is."""
    name, sources = decider
    return with_source(wanted if name == "default-src" else name, sources, origin)


def _check_trusted_types(directives: Directives) -> Iterator[Finding]:
    names = directives.get("trusted-types")
    enforced = "'script'" in directives.get("require-trusted-types-for", [])
    if not enforced or names is None or "*" in names or TRUSTED_TYPES_POLICY in names:
        return
    yield Finding(
        "csp_trusted_types",
        _(
            "The comments appear only in browsers that have setHTML. For older ones the Content-Security-Policy has to say:"
        ),
        with_source("trusted-types", names, TRUSTED_TYPES_POLICY),
        is_problem=False,
    )

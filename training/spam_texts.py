"""German advertising and fraud, and harmless sentences with the same words, for training.

The public spam is English; these templates carry over what it is about. The test, `training/data/spam_german.jsonl`, was
written by hand, and none of its sentences stands here.
"""

from __future__ import annotations

import itertools
import random
from typing import Final

SEED: Final = 20261128

_WORDS: Final = {
    "sum": ["500 Euro", "3.000 €", "1200 EUR", "bis zu 6.500 Euro", "150€", "10.000 Euro", "$5000"],
    "time": ["am Tag", "pro Woche", "im Monat", "in 48 Stunden", "jeden Abend", "innerhalb von 7 Tagen"],
    "site": [
        "www.geldmaschine.example", "http://super-angebot.example", "https://bit.example/x7Qa", "jobs-zuhause.example",
        "https://shop4you.example/sale", "www.dein-vorteil.example",
    ],
    "contact": [
        "per WhatsApp +49 160 1111111", "auf Telegram @investcoach", "unter 0157 2222222", "per Mail an info@kapital.example",
        "über den Link im Profil", "per PN", "per Privatnachricht",
    ],
    "product": [
        "Handtaschen", "Markenuhren", "Schlankheitspillen", "Testosteron", "Sonnenbrillen", "Potenzpillen", "Steroide",
        "E-Zigaretten", "Parfum", "Turnschuhe", "Medikamente", "Matratzen", "Smartphones", "Möbel", "Vitamine", "Reifen",
    ],
    "service": [
        "Kredite", "Sofortkredite trotz Schufa", "Übersetzungen", "Suchmaschinenoptimierung", "Webdesign", "Umzüge",
        "Dachsanierung", "Wahrsagerei", "Hausarbeiten vom Ghostwriter", "Autoankauf", "Rohrreinigung", "Seitensprung-Treffen",
        "Privatdarlehen", "Haushaltsauflösungen", "Goldankauf", "Versicherungen", "Nachhilfe", "Immobilienverkauf",
    ],
    "scheme": [
        "Kryptohandel", "Bitcoin-Mining", "Binäre Optionen", "Online-Roulette", "Sportwetten", "Affiliate-Marketing",
        "Devisenhandel", "Dropshipping", "Spielautomaten", "Trading mit künstlicher Intelligenz", "Poker im Internet",
    ],
    "person": ["Frau Schneider", "Mr. Brown", "Thomas Richter", "Coach Lena", "dem Experten", "dieser Dame"],
    "media": ["Kanal", "Podcast", "Instagram-Account", "TikTok", "Blog", "YouTube-Channel", "Twitch-Stream", "Twitter"],
    "town": ["Bremen", "Graz", "Jena", "Ulm", "Basel"],
}  # fmt: skip

_SPAM: Final = [
    "Ich verdiene {sum} {time} mit {scheme}, meldet euch {contact}!", "{sum} {time} ganz ohne Vorkenntnisse: {site}",
    "Möchtest du {sum} {time} verdienen? Schreib mir {contact}", "Dank {person} habe ich mit {scheme} {sum} {time} gewonnen.",
    "Ich kann {person} nur empfehlen, {scheme} ist absolut sicher, Kontakt {contact}.", "{service} günstig und schnell, Anfragen {contact}",
    "Wir bieten {service} zum Festpreis, jetzt kostenloses Angebot anfordern: {site}", "Suchen Sie {service}? Wir sind rund um die Uhr erreichbar {contact}.",
    "{product} jetzt bis zu 60% reduziert!!! {site}", "Original {product} ohne Rezept kaufen, schneller Versand {site}",
    "Bestellen Sie {product} direkt beim Hersteller, heute versandkostenfrei.", "{product} zum halben Preis, nur solange Vorrat reicht, Bestellung {contact}",
    "Folgt mir auf {media}, ich folge zurück", "Checkt meinen {media} aus, neue Videos jeden Tag!", "Schaut mal bei meinem {media} vorbei und lasst ein Abo da :)",
    "Super Artikel! Mehr dazu auf meinem {media}: {site}", "Interessanter Beitrag, danke. Bei uns gibt es {product} und {service}: {site}",
    "Kostenlos anmelden und {sum} Bonus für {scheme} sichern {site}", "Klick hier und gewinne {sum}! {site}", "Gewinne {product} im Wert von {sum}, einfach registrieren.",
    "Willst du {product} gratis? Dann klicke auf den Link {site}", "{scheme}: Einzahlen, zurücklehnen, {sum} {time} auszahlen lassen.",
    "Hübsche Studentin aus {town} sucht diskrete Treffen, Fotos auf {site}", "Einsame Frauen in {town} wollen dich kennenlernen, kostenlos registrieren!",
    "Private Kontakte in {town}, jetzt chatten {site}", "Ehrliche Personen in Geldnot bekommen bei mir {sum} mit 3% Zinsen, Antwort {contact}.",
    "Sehr geehrte Damen und Herren, Sie haben {sum} geerbt, bitte melden Sie sich {contact}.", "Dein Konto wird gesperrt, bestätige deine Daten auf {site}",
    "Dieses eine Hausmittel lässt {product} alt aussehen, Ärzte sind entsetzt {site}", "In drei Wochen schlank und ohne Sport dank {product}!",
    "Ein Magier hat meine Ehe gerettet, er hilft auch dir {contact}.", "Führerschein, Pass, Zeugnis ohne Prüfung kaufen {contact}",
    "Nur heute: {product} geschenkt, du zahlst nur den Versand {site}", "1000 Follower für 9 Euro, Lieferung sofort {contact}", "Filme und Serien kostenlos online schauen {site}",
    "Mit {scheme} zur finanziellen Freiheit, komm in meine Gruppe {contact}", "Du willst auch reich werden? Kommentiere JA und ich schicke dir alles.",
    "Kostenloses Webinar über {scheme}, Plätze begrenzt, jetzt eintragen", "{service} in {town} und Umgebung, Termin noch heute, rufen Sie an {contact}",
    "Teile diese Nachricht mit 15 Leuten, dann bekommst du {sum}.", "Heimarbeit: {sum} {time}, seriös, Bewerbung {contact}", "Jetzt {service} vergleichen und sparen {site}",
    "Rabattcode SPAR20 für {product} auf {site}", "Mein E-Book über {scheme} heute gratis herunterladen", "Meine Mutter hat {sum} {time} gemacht, nur mit dem Handy, Infos {contact}",
]  # fmt: skip

_HARMLESS: Final = [
    "Die Stadt gibt {sum} {time} für den Winterdienst aus.", "Vor {scheme} wird in dem Artikel zu Recht gewarnt.", "Mein Onkel hat mit {scheme} alles verloren.",
    "{scheme} sollte der Staat viel strenger regeln.", "Ich kaufe {product} lieber im Laden in {town}.", "In {town} hat wieder ein Geschäft für {product} geschlossen.",
    "{product} sind in den letzten Jahren teurer geworden.", "Wer braucht denn so viele {product}?", "Mit {sum} {time} muss eine Familie in {town} auskommen.",
    "Die Werbung für {product} vor dem Artikel nervt.", "Bei {service} sind viele Betrüger unterwegs, passen Sie auf.", "Die Verbraucherzentrale in {town} berät auch zu {service}.",
    "{service} kosten heute doppelt so viel wie früher.", "Warum wurden für den Radweg {sum} bewilligt?", "Frau Schneider vom Bauamt in {town} hat freundlich geantwortet.",
    "Die Bahn nach {town} fährt jetzt jeden Abend später.", "Der {media} der Zeitung gefällt mir gut.", "Auf {media} wird darüber viel Unsinn verbreitet.",
    "Jugendliche verbringen zu viel Zeit auf {media}.", "Die Strafe von {sum} finde ich angemessen.", "Ein Ehrenamtlicher bekommt {sum} {time}, mehr nicht.",
    "Danke für den Artikel, er hat mir geholfen.", "Kostenlos war das Konzert in {town}, und es war voll.", "Ich habe mich dort angemeldet und nie eine Antwort bekommen.",
    "Hat jemand die Sendung gesehen? Der Link im Text geht nicht.", "Die Quelle steht auf https://www.destatis.de, dort Tabelle 3.", "Bitte rufen Sie im Rathaus an, die helfen wirklich.",
    "Meine Kinder wollen immer nur {product}.", "Gratis ist nichts, irgendwer zahlt immer.", "Am Samstag verkauft der Verein {product} auf dem Flohmarkt in {town}.",
]  # fmt: skip


# What is offered, and what one is to do: any two make an advertisement.
_PITCHES: Final = [
    "Endlich schuldenfrei leben!", "Geld verdienen im Internet ist so einfach wie nie.", "Unser Team sucht Mitarbeiter, freie Zeiteinteilung, keine Erfahrung nötig.",
    "Garantierte Gewinne ohne Risiko!", "Ihr Kredit wird heute noch genehmigt.", "Exklusives Angebot für neue Kunden:", "Premium-Qualität zu Schnäppchenpreisen.",
    "Vertrauen Sie unseren Experten mit 20 Jahren Erfahrung.", "Rezeptfrei, diskret verpackt, schnelle Lieferung.", "Mein Leben hat sich komplett verändert, seit ich {scheme} mache.",
    "Ich war arbeitslos, jetzt verdiene ich {sum} {time}.", "Verlieren Sie 10 Kilo in einem Monat, ohne Hunger!", "Schluss mit Schmerzen dank {product}!", "Wunderschöne Frauen warten auf deine Nachricht.",
    "Du suchst {product}? Wir haben die besten Preise.", "Unsere {product} sind Testsieger.", "{product}, {product}, alles auf Lager.", "{service} vom Fachmann, preiswert und zuverlässig.",
    "Hochwertige Nachbildungen bekannter Marken.", "Das Geheimnis der Reichen, das niemand verrät.", "Die beste App zum Geldverdienen.", "Herzlichen Glückwunsch, Sie gehören zu den Gewinnern!",
    "Nur noch wenige Stück verfügbar!", "Sichere dir {sum} Willkommensbonus beim {scheme}.", "Alle Spiele und Filme umsonst!", "Hole deinen Ex-Partner zurück, Erfolg garantiert.", "Negative Schufa? Kein Problem!",
    "Unsere Signale haben eine Erfolgsquote von 97 %.", "Ihr Computer ist in Gefahr!", "Ich biete günstige {service} an.", "Ich mache Videos über {scheme} und freue mich über jeden Abonnenten.",
    "Mehr Reichweite, mehr Kunden, mehr Umsatz!", "Steuerfreies Nebeneinkommen für Hausfrauen, Studenten und Rentner.", "Neu: {product} jetzt auch in {town}.", "Investiere 100 Euro und erhalte 1.000 Euro zurück.",
    "Dieser Broker zahlt wirklich aus.", "Danke an {person}, durch Sie bin ich finanziell frei!", "Ich habe mein verlorenes Geld zurückbekommen, dank {person}.", "Heiße Livecams rund um die Uhr.",
    "Zeugnisse und Urkunden aller Art, schnell geliefert.", "Hallo zusammen, ich bin Musiker und habe einen neuen Song veröffentlicht.", "Super Seite! Das passt gut zu unserem Shop für {product}.", "Schlaflos? {product} hilft sofort.",
    "Wir kaufen jedes Auto, jedes Haus, jedes Gold.", "Partner für {scheme} gesucht, hohe Provision.", "Gratis Guthaben, Skins und Münzen für dein Spiel.", "Ein kleiner Trick senkt deine Stromrechnung um die Hälfte.",
]  # fmt: skip
_CALLS: Final = [
    "Jetzt bestellen!", "Hier klicken: {site}", "Schreib mir {contact}.", "Melde dich {contact}!", "Kostenlos testen unter {site}", "Ruf jetzt an!", "Einfach Nachricht schicken.", "Link in meiner Bio!",
    "Mehr Infos auf meinem Profil.", "Jetzt Angebot einholen.", "Nur heute mit 70 % Rabatt!", "Jetzt registrieren und sparen.", "{site}", "Kontaktieren Sie uns {contact}.", "Bewirb dich noch heute!",
    "Besuchen Sie unsere Webseite {site}", "Hier geht es zum Video: {site}", "Lasst mir ein Like und ein Abo da!", "Wer Interesse hat, bitte melden.", "Kein Fake, selbst probiert!!!", "Sofort lieferbar, Zahlung per Nachnahme.",
    "Kostenlose Beratung, rufen Sie uns an.", "Code eingeben und Gutschein sichern.", "Plätze sind begrenzt, schnell sein!", "Anmeldung gratis.", "Termine {contact}", "Wir freuen uns auf Ihre Bestellung.", "Download: {site}", "",
]  # fmt: skip
# What readers say in the same words, and what may follow.
_REMARKS: Final = [
    "Das Angebot der Volkshochschule ist wirklich gut.", "Die Preise sind in {town} noch schlimmer.", "Ich habe heute bei der Stadt angerufen und keinen erreicht.", "Garantiert ist bei diesem Projekt nur, dass es teurer wird.",
    "Der Verein sucht dringend Helfer für Samstag.", "Mein Kredit läuft noch zwölf Jahre, die Zinsen steigen.", "Am Ende gewinnt doch nur der Investor.", "Die Anmeldung auf der Seite der Stadt hat nicht funktioniert.",
    "Rabatte helfen denen nicht, die gar nichts haben.", "Wer heute kauft, zahlt doppelt so viel wie vor zehn Jahren.", "{sum} für ein Gutachten, das keiner liest?", "Der Link zur Studie wäre hilfreich gewesen.",
    "Ich verdiene weniger als {sum} und zahle trotzdem Steuern.", "Im Video sieht man, dass die Ampel rot war.", "Die Lieferung der Busse verzögert sich schon wieder.", "Meine Nachbarin hat 30 Kilo Äpfel verschenkt.",
    "Die Gewinner der Wahl sollten jetzt liefern.", "Frauen verdienen im selben Beruf noch immer weniger.", "Kunden werden am Schalter kaum noch bedient.", "Ich habe das Buch gelesen und empfehle es jedem.",
    "Wir brauchen mehr Mitarbeiter in den Kitas.", "Das Auto gehört nicht in jede Straße.", "Die Kontrolle der Casinos ist Sache des Landes.", "Betrüger rufen gerade alte Leute in {town} an.", "Sparen muss die Stadt, aber nicht bei Kindern.",
    "Die 8000 Unterschriften liegen jetzt im Rathaus.", "Seit 2015 hat sich an der Schule nichts getan.", "Auf https://www.wikipedia.org steht es anders.", "Siehe auch http://www.tagesschau.de/inland dazu.",
    "Die Zahlen findet man bei www.bund.de im Bericht.", "100 Plätze für 400 Kinder, das geht nicht auf.", "5000 Leute waren auf dem Platz.", "Es gab 12 Tote, und niemand übernimmt Verantwortung.", "20 % mehr Miete in drei Jahren.",
]  # fmt: skip
_CLOSINGS: Final = [
    "", "Schade.", "Das verstehe, wer will.", "Danke für den Bericht!", "Was meint die Redaktion dazu?", "So sehe ich das.", "Darüber sollte man reden.", "Meine Meinung.", "Weiter so!", "Ich bin gespannt, wie es ausgeht.",
    "Hat jemand andere Erfahrungen gemacht?", "Bitte bleiben Sie dran.", "Das war früher anders.", "Und keiner fragt die Anwohner.",
]  # fmt: skip


def spam_texts(count: int) -> list[tuple[str, bool, str]]:
    """So many texts, half of them spam, with the number of their template; the same ones each time."""
    chance = random.Random(SEED)  # noqa: S311 - the same texts each time
    made = []
    for is_spam, whole, first, second in ((True, _SPAM, _PITCHES, _CALLS), (False, _HARMLESS, _REMARKS, _CLOSINGS)):
        for number, template in itertools.islice(itertools.cycle(enumerate(whole)), count // 4):
            made.append((_fill(template, chance), is_spam, f"whole-{is_spam}-{number}"))
        for number, template in itertools.islice(itertools.cycle(enumerate(first)), count // 4):
            text = f"{_fill(template, chance)} {_fill(chance.choice(second), chance)}".strip()
            made.append((text, is_spam, f"joined-{is_spam}-{number}"))
    return made


def _fill(template: str, chance: random.Random) -> str:
    return template.format_map({name: chance.choice(words) for name, words in _WORDS.items()})

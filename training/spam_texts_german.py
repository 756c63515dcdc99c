"""German words for the places of the templates, short templates, and the two halves that any advertisement and remark is made of.

The longer ones are in spam_texts_german_spam and spam_texts_german_harmless.
"""

from __future__ import annotations

from typing import Final, TypedDict

from training.spam_texts_german_harmless import HARMLESS
from training.spam_texts_german_spam import SPAM


class TextSet(TypedDict):
    """Words by the name of their place, and templates by their kind. A word may have places itself. Of the words, `opening`
    may come before any text, `call` after spam, and `closing` after what is harmless."""

    words: dict[str, list[str]]
    spam: dict[str, list[str]]
    harmless: dict[str, list[str]]


_WORDS: Final = {
    "sum": [
        "500 Euro", "3.000 €", "1200 EUR", "6.500 Euro", "150€", "10.000 Euro", "$5000", "4.850,- Euro", "900 Euro",
        "27.000 Euro", "2.300 Franken", "85 Euro", "40.000 Euro", "eintausend Euro", "CHF 7'500", "12000€",
    ],
    "gain": ["{sum}", "{sum}", "bis zu {sum}", "über {sum}", "mehr als {sum}", "locker {sum}", "mindestens {sum}"],
    "time": [
        "am Tag", "pro Woche", "im Monat", "in 48 Stunden", "jeden Abend", "innerhalb von 7 Tagen", "wöchentlich", "in der Stunde",
        "jeden Monat", "täglich", "in nur zwei Wochen", "an einem Wochenende",
    ],
    "site": [
        "www.geldmaschine.example", "http://super-angebot.example", "https://bit.example/x7Qa", "jobs-zuhause.example",
        "https://shop4you.example/sale", "www.dein-vorteil.example", "https://t.me.example/gewinner", "rendite-plus punkt example",
        "www . glueckspilz . example", "sofort-da (punkt) example", "HTTPS://JETZT-SICHERN.EXAMPLE", "http://link.example/?ref=8841",
        "https://beste-wahl.example/de/angebot", "vital24.example", "hxxps://traumkonto.example", "www.mega-deal.example/aktion7",
        "wa.example/491600000000", "profi-vergleich dot example",
    ],
    "contact": [
        "per WhatsApp +49 160 1111111", "auf Telegram @investcoach", "unter 0157 2222222", "per Mail an info@kapital.example",
        "über den Link im Profil", "per PN", "per Privatnachricht", "auf Signal unter 0170 3333333", "per WhatsApp: +41 79 000 00 00",
        "auf Telegram unter @schnell_und_sicher", "per E-Mail unter kontakt(at)hilfe24.example", "auf Instagram @leben.in.freiheit",
        "über Viber +43 660 4444444", "unter service [ät] angebot punkt example", "per Nachricht auf Facebook", "per SMS an 0151 5555555",
    ],
    "mail": [
        "kredit.hilfe@post.example", "finanz.duvalier(at)mail.example", "dr.okamba@tempel.example", "info [at] kapital punkt example",
        "spende2026@fonds.example", "kontakt.sofort@briefkasten.example", "anfrage(ät)kontor.example",
    ],
    "phone": [
        "0800 0000000", "0160 1111111", "+41 79 000 00 00", "030 00000000", "0676 0000000", "+49 1520 1234567", "0171/7777777",
        "0 1 7 0 - 9 9 9 9 9 9", "+225 00 00 00 00", "040-1234567", "069 / 88 88 88 88",
    ],
    "office_mail": ["redaktion@tageblatt.example", "leserbriefe@anzeiger.example", "hinweise@polizei.example", "buergeramt@stadt.example"],
    "show": ["Podcast", "Blog", "Kanal", "Newsletter", "neuen Video", "YouTube-Kanal"],
    "platform": ["Facebook", "Twitter", "TikTok", "Instagram", "Telegram"],
    "handle": ["@krypto_lena", "@freies.leben26", "@wahrheit_live", "@dj_nordwind", "@fit.mit.mona", "@gamerkalle", "@news_ungefiltert"],
    "hours": ["zwei Stunden", "3-4 Stunden", "eine Stunde", "höchstens zwei Stunden"],
    "days": ["48 Stunden", "drei Tagen", "24 Stunden", "72 Stunden", "einer Woche", "zwei Wochen", "sieben Tagen", "14 Tagen", "10 Minuten"],
    "months": ["drei Monaten", "einem halben Jahr", "wenigen Wochen", "4 Monaten", "zwei Monaten"],
    "years": ["drei Jahre", "sieben Jahre", "zwölf Jahre", "15 Jahre", "zwanzig Jahre", "fünf Jahre"],
    "years_dative": ["drei Jahren", "sieben Jahren", "zwölf Jahren", "15 Jahren", "zwanzig Jahren", "fünf Jahren", "30 Jahren"],
    "age": ["19", "23", "34", "41", "52"],
    "rate": ["2 %", "3%", "2,5 %", "1,9 %", "4 Prozent", "6 %"],
    "range": [
        "5.000 bis 500.000 Euro", "2.000 € bis 1.000.000 €", "1000 CHF bis 80000 CHF", "3000 Euro bis 95 Millionen Euro",
        "1.500 bis 50.000 €",
    ],
    "fortune": ["4,5 Millionen Euro", "850.000 €", "12 Millionen Dollar", "2.300.000 Euro", "1,8 Mio. Euro"],
    "coin": ["Bitcoin", "Ethereum", "Kryptowährungen", "Forex", "KI-Aktien", "Gold und Silber", "Dogecoin", "BTC", "Altcoins"],
    "trader": ["Frau Ilona Brandtner", "Mrs. Clarissa Holden", "Rebecca Steinberger", "Viktor Lindhagen", "Coach Jeremy Falkner", "Frau Marlies Otter"],
    "hacker": ["WalletRescue24", "Cyber Restore", "Fast Recovery Hackers", "Delvin Marlow", "RückholProfi", "TraceBack Experts"],
    "celebrity": [
        "Talkmaster Henning Rahlf", "Schlagerstar Mona Velden", "Sternekoch Benno Falk", "Milliardär Curd Osterfeld",
        "Moderatorin Silke Arendt", "Skilegende Toni Brandegger",
    ],
    "lender": ["Pascal Duvalier", "Giorgio Bellantoni", "Emanuel Kortsen", "Jean-Marc Rivolet", "Abdel Karimou", "Robert Hanselmeier"],
    "healer": ["Dr. Zubala", "Priester Okamba", "Dr. Ehiomo", "Meister Tulani", "Professor Bangoura", "Doktor Salifu", "Lord Adekun"],
    "name": ["Sabine", "Katja", "Melanie", "Anna", "Vanessa", "Jasmin", "Ursula", "Nadine", "Kerstin", "Petra"],
    "surname": ["Brandmüller", "Hechtl", "Wiesinger", "Petersen", "Öztürk", "Zumstein", "Krahl", "Lindner"],
    "fullname": ["Helga Mertens", "Jonas Tiefenbach", "Ruth Zellweger-Amann", "Aylin Kaplan", "Bernd Osterloh-Witt"],
    "title": ["Die stille Stadt", "Was bleibt vom Fluss", "Mein Weg ins Licht", "Zwischen zwei Zügen", "Der letzte Wirt", "Reich ohne Arbeit"],
    "relative": ["Mutter", "Schwester", "Nachbarin", "Tante", "Freundin", "Cousine", "Schwiegermutter", "Oma", "Kollegin", "Tochter"],
    "male": ["Bruder", "Schwager", "Onkel", "Vater", "Nachbar", "Kollege", "Cousin", "Schwiegersohn"],
    "job": [
        "Pflegekraft", "Verkäuferin", "Erzieherin", "Busfahrerin", "Krankenschwester", "Lehrerin", "Altenpflegerin", "Hebamme",
        "Köchin", "Friseurin", "Reinigungskraft", "Bibliothekarin", "Kassiererin",
    ],
    "profession": ["Heilpraktikerin", "Finanzberater", "Therapeutin", "Ernährungscoach", "Unternehmensberater", "Rednerin"],
    "coach": ["Hypnosetherapeutin", "Yogalehrerin", "Ernährungsberaterin", "Mentaltrainerin", "Lebensberaterin"],
    "wage": ["2.100 Euro netto", "14,50 Euro die Stunde", "1.800 Euro im Monat", "4.200 Franken", "nicht einmal 1.900 Euro", "Mindestlohn"],
    "goods": [
        "Handtaschen", "Armbanduhren", "Lederjacken", "Messer", "Decken", "Kerzen", "Rucksäcke", "Winterstiefel", "Lampen", "Pullover",
        "Schmuckstücke", "Holzspielsachen",
    ],
    "pills": [
        "Ketokapseln", "CBD-Tropfen", "Haarkapseln", "Fatburner-Tabletten", "Gelenkkapseln", "Schlaftropfen", "Detox-Pillen",
        "Vitaminkapseln", "Potenztabletten", "Schlankperlen", "Keto-Gummis",
    ],
    "documents": ["Führerscheine", "Diplome", "Impfpässe", "Abiturzeugnisse", "Meisterbriefe", "Sprachzertifikate", "Staplerscheine", "Reisepässe"],
    "craft": [
        "Schlüsseldienst", "Rohrreinigung", "Entrümpelung", "Fassadenreinigung", "Gartenpflege", "Fliesenarbeiten",
        "Schädlingsbekämpfung", "Dachrinnenreinigung", "Dachdeckerei", "Malerarbeiten", "Haushaltsauflösung", "Elektronotdienst",
    ],
    "company": ["Hellmann & Söhne", "Vitaquell24", "Nordlicht Energie", "Baumgart GmbH", "FinanzPlus Ost", "Sonnendach Direkt", "Bellavida"],
    "code": ["SPAR15", "SOMMER20", "LENA10", "VIP2026", "DANKE5"],
    "puppies": ["Zwergspitzwelpen", "Maine-Coon-Kätzchen", "Malteserwelpen", "Bulldoggenwelpen", "Graupapageien", "Labradorwelpen"],
    "collected": ["Orden und Uniformen", "alte Schallplatten", "Briefmarken und Münzen", "Modelleisenbahnen", "alte Ansichtskarten", "Blechautos"],
    "match": ["die Bundesliga", "die Champions League", "das Endspiel", "die Formel 1", "das Skispringen", "der Pokal", "das Derby"],
    "bank": ["Sparkasse", "Volksbank", "Postbank", "Raiffeisenbank", "Kantonalbank"],
    "office": ["Bürgeramt", "Finanzamt", "Ordnungsamt", "Jugendamt", "Bauamt", "Landratsamt", "Gesundheitsamt"],
    "office_phone": ["115", "0421 000-115", "(0511) 000 00", "030 0000-0", "Durchwahl 200", "01 4000-0", "0221/111-222", "030 1234-0", "+43 1 000 000", "0511 123-4567"],
    "source": [
        "https://www.destatis.de", "https://www.bundestag.de/dokumente", "https://www.tagesschau.de/inland", "https://www.bfs.admin.ch",
        "https://www.statistik.at", "https://www.zeit.de", "www.sueddeutsche.de", "https://orf.at", "https://www.srf.ch/news",
        "https://de.wikipedia.org/wiki/Grundsteuer", "https://www.rki.de", "https://correctiv.org", "https://www.gesetze-im-internet.de",
        "https://www.derstandard.at", "www.nzz.ch", "https://www.ndr.de/nachrichten", "https://www.umweltbundesamt.de",
        "https://youtu.be/tagesschau", "https://stadtarchiv.example/akten/12", "https://www.tageblatt.example/lokales", "www.ratsinfo.example",
        "https://stadt-neustadt.example/haushalt.pdf", "www.anzeiger.example/archiv", "http://heimatverein.example", "https://uni.example/studie?id=7",
    ],
    "topic": [
        "über die Rente", "über den Radweg", "über das Schwimmbad", "über die Grundsteuer", "über das Krankenhaus",
        "über den Flughafen", "über die Schulreform", "über die Mieten", "über das Windrad",
    ],
    "praise": [
        "Sehr schöner Artikel!", "Toller Beitrag, vielen Dank.", "Danke für den informativen Text!", "Gut geschrieben und auf den Punkt.",
        "Wirklich interessant zu lesen.", "Danke, dass Sie darüber berichten.", "Das haben Sie gut beschrieben.", "Super Bericht!",
        "Klasse recherchiert, Respekt.", "Ein wichtiger Artikel.",
    ],
    "emoji": ["🔥🔥🔥", "💰💰", "👉", "🚀", "✅", "❤️", "⭐⭐⭐", "🎁", "💯", "😍"],
    "opening": [
        "Guten Tag!", "Hallo zusammen!", "Hallo,", "Liebe Redaktion,", "Moin!", "Grüezi,", "Servus,", "Danke für den Artikel.",
        "Interessantes Thema.", "Zum Thema:", "Guter Punkt.", "Da stimme ich zu.", "Das ist ein wichtiges Thema.", "Ehrlich gesagt:",
        "Liebe Mitleser!", "Toller Bericht.", "Sehr geehrte Damen und Herren,", "Na ja.", "Stimmt.",
    ],
    "product": [
        "Handtaschen", "Markenuhren", "Schlankheitspillen", "Testosteronkapseln", "Sonnenbrillen", "Potenzpillen", "Steroide",
        "E-Zigaretten", "Parfüms", "Turnschuhe", "Medikamente", "Matratzen", "Smartphones", "Möbel", "Vitamine", "Reifen",
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
    "town": [
        "Bremen", "Graz", "Jena", "Ulm", "Basel", "Linz", "Kassel", "Zürich", "Wien", "Dortmund", "Innsbruck", "Bern", "Rostock", "Trier",
        "Winterthur", "Hof", "Klagenfurt", "Osnabrück",
    ],
}  # fmt: skip

_SHORT_SPAM: Final = [
    "Ich verdiene {gain} {time} mit {scheme}, meldet euch {contact}!", "{gain} {time} ganz ohne Vorkenntnisse: {site}",
    "Möchtest du {gain} {time} verdienen? Schreib mir {contact}", "Dank {person} habe ich mit {scheme} {gain} {time} gewonnen.",
    "Ich kann {person} nur empfehlen, {scheme} ist absolut sicher, Kontakt {contact}.", "{service} günstig und schnell, Anfragen {contact}",
    "Wir bieten {service} zum Festpreis, jetzt kostenloses Angebot anfordern: {site}", "Suchen Sie {service}? Wir sind rund um die Uhr erreichbar {contact}.",
    "{product} jetzt bis zu 60% reduziert!!! {site}", "Original {product} ohne Rezept kaufen, schneller Versand {site}",
    "Bestellen Sie {product} direkt beim Hersteller, heute versandkostenfrei.", "{product} zum halben Preis, nur solange Vorrat reicht, Bestellung {contact}",
    "Folgt mir auf {media}, ich folge zurück", "Checkt meinen {media} aus, neue Videos jeden Tag!", "Schaut mal bei meinem {media} vorbei und lasst ein Abo da :)",
    "Super Artikel! Mehr dazu auf meinem {media}: {site}", "Interessanter Beitrag, danke. Bei uns gibt es {product} und {service}: {site}",
    "Kostenlos anmelden und {sum} Bonus für {scheme} sichern {site}", "Klick hier und gewinne {sum}! {site}", "Gewinne {product} im Wert von {sum}, einfach registrieren.",
    "Willst du {product} gratis? Dann klicke auf den Link {site}", "{scheme}: Einzahlen, zurücklehnen, {gain} {time} auszahlen lassen.",
    "Hübsche Studentin aus {town} sucht diskrete Treffen, Fotos auf {site}", "Einsame Frauen in {town} wollen dich kennenlernen, kostenlos registrieren!",
    "Private Kontakte in {town}, jetzt chatten {site}", "Ehrliche Personen in Geldnot bekommen bei mir {sum} mit 3% Zinsen, Antwort {contact}.",
    "Sehr geehrte Damen und Herren, Sie haben {sum} geerbt, bitte melden Sie sich {contact}.", "Dein Konto wird gesperrt, bestätige deine Daten auf {site}",
    "Dieses eine Hausmittel lässt {product} alt aussehen, Ärzte sind entsetzt {site}", "In drei Wochen schlank und ohne Sport dank {product}!",
    "Ein Magier hat meine Ehe gerettet, er hilft auch dir {contact}.", "Führerschein, Pass, Zeugnis ohne Prüfung kaufen {contact}",
    "Nur heute: {product} geschenkt, du zahlst nur den Versand {site}", "1000 Follower für 9 Euro, Lieferung sofort {contact}", "Filme und Serien kostenlos online schauen {site}",
    "Mit {scheme} zur finanziellen Freiheit, komm in meine Gruppe {contact}", "Du willst auch reich werden? Kommentiere JA und ich schicke dir alles.",
    "Kostenloses Webinar über {scheme}, Plätze begrenzt, jetzt eintragen", "{service} in {town} und Umgebung, Termin noch heute, rufen Sie an {contact}",
    "Teile diese Nachricht mit 15 Leuten, dann bekommst du {sum}.", "Heimarbeit: {gain} {time}, seriös, Bewerbung {contact}", "Jetzt {service} vergleichen und sparen {site}",
    "Rabattcode SPAR20 für {product} auf {site}", "Mein E-Book über {scheme} heute gratis herunterladen", "Meine Mutter hat {gain} {time} gemacht, nur mit dem Handy, Infos {contact}",
]  # fmt: skip

_SHORT_HARMLESS: Final = [
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
    "Ich war arbeitslos, jetzt verdiene ich {gain} {time}.", "Verlieren Sie 10 Kilo in einem Monat, ohne Hunger!", "Schluss mit Schmerzen dank {product}!", "Wunderschöne Frauen warten auf deine Nachricht.",
    "Du suchst {product}? Wir haben die besten Preise.", "Unsere {product} sind Testsieger.", "{product}, {product}, alles auf Lager.", "{service} vom Fachmann, preiswert und zuverlässig.",
    "Hochwertige Nachbildungen bekannter Marken.", "Das Geheimnis der Reichen, das niemand verrät.", "Die beste App zum Geldverdienen.", "Herzlichen Glückwunsch, Sie gehören zu den Gewinnern!",
    "Nur noch wenige Stück verfügbar!", "Sichere dir {sum} Willkommensbonus beim {scheme}.", "Alle Spiele und Filme umsonst!", "Hole deinen Ex-Partner zurück, Erfolg garantiert.", "Negative Schufa? Kein Problem!",
    "Unsere Signale haben eine Erfolgsquote von 97 %.", "Ihr Computer ist in Gefahr!", "Ich biete günstige {service} an.", "Ich mache Videos über {scheme} und freue mich über jeden Abonnenten.",
    "Mehr Reichweite, mehr Kunden, mehr Umsatz!", "Steuerfreies Nebeneinkommen für Hausfrauen, Studenten und Rentner.", "Neu: {product} jetzt auch in {town}.", "Investiere 100 Euro und erhalte 1.000 Euro zurück.",
    "Dieser Broker zahlt wirklich aus.", "Danke an {person}, durch Sie bin ich finanziell frei!", "Ich habe mein verlorenes Geld zurückbekommen, dank {person}.", "Heiße Livecams rund um die Uhr.",
    "Zeugnisse und Urkunden aller Art, schnell geliefert.", "Hallo zusammen, ich bin Musiker und habe einen neuen Song veröffentlicht.", "Super Seite! Das passt gut zu unserem Shop für {product}.", "Schlaflos? {product} hilft sofort.",
    "Wir kaufen jedes Auto, jedes Haus, jedes Gold.", "Partner für {scheme} gesucht, hohe Provision.", "Gratis Guthaben, Skins und Münzen für dein Spiel.", "Ein kleiner Trick senkt deine Stromrechnung um die Hälfte.",
    "{craft} gesucht? Wir helfen sofort.", "Seit ich {pills} nehme, fühle ich mich zehn Jahre jünger.", "Ich kann {company} jedem ans Herz legen, top Service!", "{documents} schnell und ohne Fragen.",
    "Nie wieder arbeiten müssen, das geht wirklich.", "{coin} verdoppelt sich noch dieses Jahr, sagen alle Profis.", "Meine neuen {goods} sind da!", "Darlehen von {range} für jeden.",
    "Warum in {town} noch Miete zahlen? Werde Eigentümer ohne Eigenkapital.", "Endlich die große Liebe finden, ganz ohne Abo.", "{match} ohne Pay-TV, geht ganz einfach.", "Ich habe da etwas, das Ihnen allen hier helfen könnte.",
    "Mein Tipp für alle, denen das Geld nicht reicht:", "Statt zu jammern, sollte man lieber selbst etwas tun. Ich habe mit {scheme} angefangen.", "Wir zeigen dir, wie du {gain} {time} verdienst.",
]  # fmt: skip
_CALLS: Final = [
    "Jetzt bestellen!", "Hier klicken: {site}", "Schreib mir {contact}.", "Melde dich {contact}!", "Kostenlos testen unter {site}", "Ruf jetzt an!", "Einfach Nachricht schicken.", "Link in meiner Bio!",
    "Mehr Infos auf meinem Profil.", "Jetzt Angebot einholen.", "Nur heute mit 70 % Rabatt!", "Jetzt registrieren und sparen.", "{site}", "Kontaktieren Sie uns {contact}.", "Bewirb dich noch heute!",
    "Besuchen Sie unsere Webseite {site}", "Hier geht es zum Video: {site}", "Lasst mir ein Like und ein Abo da!", "Wer Interesse hat, bitte melden.", "Kein Fake, selbst probiert!!!", "Sofort lieferbar, Zahlung per Nachnahme.",
    "Kostenlose Beratung, rufen Sie uns an.", "Code eingeben und Gutschein sichern.", "Plätze sind begrenzt, schnell sein!", "Anmeldung gratis.", "Termine {contact}", "Wir freuen uns auf Ihre Bestellung.", "Download: {site}", "",
    "Wer zuerst kommt, mahlt zuerst!", "Fragen? Einfach {contact}.", "Mehr dazu unter {site}", "Nummer steht in meinem Profil.", "Tel. {phone}", "Schreibt mir, ich erkläre euch alles.",
    "Antwort garantiert innerhalb von {days}.", "Ihr werdet es mir danken {emoji}", "Gern auch per Mail: {mail}", "Nur solange der Vorrat reicht.", "Ohne Vertragsbindung, jederzeit kündbar.",
    "Erfahrungsberichte gibt es auf {site}", "Bitte teilen!", "Ich schicke dir den Link.", "Rückruf kostenlos, {phone}.", "Bei Interesse PN an mich.", "{emoji} {site}", "Folgt {handle}",
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

GERMAN: Final[TextSet] = {
    "words": {**_WORDS, "call": _CALLS, "closing": _CLOSINGS},
    "spam": {**SPAM, "short": _SHORT_SPAM, "pitch": [f"{pitch} {{call}}" for pitch in _PITCHES]},
    "harmless": {
        **HARMLESS,
        "short": _SHORT_HARMLESS,
        "remark": [f"{remark} {{closing}}" for remark in _REMARKS],
    },
}

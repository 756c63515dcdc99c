"""Words that have an insult inside them, or are nearly one, and are none. They came to grief in other word lists."""

from __future__ import annotations

from typing import Final

# What a newsroom may have on its list; every word below has to pass all of them. Those in quotation marks are without
# endings, since they and an ending are another word ("heilen", "chinking").
TERMS_DE: Final = tuple(
    "Arsch Arschloch Sau Drecksau Hure Nutte Fotze Schlampe Schwanz Titten ficken wichsen Wichser Idiot Depp Trottel dumm doof blöd "
    "Esel Ochse Kuh Ratte Schwein Hund Affe Nazi Jude Neger Zigeuner Schwuchtel schwul Spast Mongo Krüppel Penner Assi Mist Scheiße "
    "kacken Pisse kotzen Pack Gesindel Abschaum Sack Lump Hexe Sex Porno Anal Puff Strich Tunte Tusse Zecke Made Laus Wanze Mob "
    'Rasse "Heil" SS SA Tod töten Mord Bombe irre krank Hass Kanake Bastard'.split()
)
INNOCENT_DE: Final = tuple(
    "Marsch Barsch Harsch forsch morsch Arsenal Arsen Darsch Marschall barsche Karsch Warschau Marschland Oberarm "
    "Sauer sauber Sauerland Sauna Säule Säure Sauerkraut Saum Säugling Sauce Saudi Saurier Dinosaurier sausen Zuhause "
    "Urheber Uhren Fuhren Schuhren Hurrikan Hurra fuhr Ruhr Führer huschen Hürde Behörde "
    "Minute Minuten Nuten nutzen Nutzen Nuss genutet "
    "Schlamm Schlange Schlacht Schlappe Schwank Schwansee schwanken schwanger Schwarz Latten Quitten Mitten Sitten Schlitten "
    "Titel Titan Petition Partitur Institut Kapitel Stativ Statist "
    "fickrig Fichte Afrika Grafik Verkehr Traffic Pazifik knifflig pfiffig wichtig wichteln Wichtel Gewicht Wachs wachsen wechseln "
    "Idee Ideen Ideal Idiom Idylle Dioxid Depot Deponie Depesche Adept Rezept Trottoir Trog Trott "
    "Dummy Dumpfbacke dumpf stumm Albumm Dumping Dom Blödel Blogger Blüte Bluse Blut "
    "Eselsohr Diesel Dieselmotor Wesel Kiesel Rieselfeld Pinsel Ochsenfurt Ochsenkopf Kuhle Kuhn Akku kühl Kühlung "
    "Rate Raten Rat Räte Karatte Berater Operator Literatur Demokrat Democrat Vorrat Kurator Apparat Schweinfurt Schweiz schweigen Schweif "
    "Hundert Hunderte hundertmal Hunderter Schund gesund Hunsrück Bund Fund Affekt Affäre Giraffe Kaffee Schaffen Waffe Waffel "
    "Nation national Nationalität Vernazza Nazareth Benazir Jubel Jura Judo Juli Judith Justiz Vernehmung Integer Schwarzenegger abnegieren Regenerierung "
    "schwül Schwulst Schwund Schwur Spaß Spatz Spaten Spargel Mongolei Mango Kongo Mungo Krume krumm Krypta Penne Kennen rennen Antennen "
    "Assistent Assistenz Assisi Kasse Klasse Tasse Passiv massiv Assel Mister Mistel Misteln Chemist mistrauisch Optimist Kamistad Scheitel Scheibe Scheide Schein scheitern Scheit "
    "kacheln Kachel Kakao Packung Packstück Verpackung Gepäck Packeis packend Pissoir Pistole Piste Pizza kostbar Kosten Kutte kotzfrei "
    "Gesinde Gesindehaus Absch Abschied Abschnitt Sackgasse Sacko Saxophon Sachsen Rucksack Lumpi Lümmel Klump Klumpen Plump Hexagon Hexameter "
    "Sexten Essex Sussex Sextant Sexist Middlesex sechs Sektor Unisex Analyse Analyst analog Analphabet Kanal national final Signal Puffer Puffreis Knuff Auspuff "
    "Strichcode Strichliste gestrichen Strick Stich Tuning Tunesien Tunnel Tusche Tuschel Husse Zeche Zicke Madeira Pomade Marmelade Lausitz Laub Applaus Klausur Klaus Nikolaus Wand Wanzleben Mobil mobil Mobilität Automobil Möbel Mobbing "
    "Rassel rasseln Terrasse Grassoden heilen Heilbad Heilung Heiland heilig Unheil Teil Anteil SSV Russland essen Messe SAP Salz Samt sagen Todd Toddler Methode Pagode Episode "
    "Mordor Mordsspaß Norden Bombay Bombast Bombenwetter Irrtum Geschirr Krankenhaus Kranich Kran Hassan Hessen hassfrei Haselnuss Kanada Kanal Bast Bastelei Bastion Sebastian".split()
)
# Of words that stand on the list, or begin or end like one, and have become others.
COMPOUNDS: Final = tuple(
    "Eselsbrücke Eselsohr Kuhmilch Kuhhaut Kuhhandel Ochsenschwanzsuppe Rattenfänger Rattenschwanz Schweinebraten Schweinsohr Sauhatz "
    "Wildsau Hundeleine Hundekuchen Schoßhund Seehund Windhund Affenbrotbaum Affenhaus Maulaffen Judenstern Judentum Judenfeindlichkeit "
    "Krüppelkiefer Pennerglück Mistelzweig Misthaufen Mistgabel Kompostmist Packpapier Rudelpack Gepäckträger Lumpensammler Hexenschuss "
    "Hexeneinmaleins Sexualkunde Sechseck Analogie Kanalisation Puffmais Kraftstrich Strichpunkt Zugstrich Zeckenbiss Zeckenimpfung "
    "Fliegenmaden Madenhacker Wanzenbefall Rassehund Rassismus Terrassentür Heilpflanze Heilkunde Unheilbar Todesfall Todfeind "
    "Scheintod Mordkommission Rufmord Bombenstimmung Sexbombe Wasserbombe Irrgarten Irrlicht Krankenschwester Seekrank Hassliebe "
    "Schlampigkeit Schwanzflosse Mauseschwanz Fuchsschwanz Dummheit Dummerchen Blödsinn Idiotenhügel Idiotie Trottelei "
    "Drecksarbeit Dreckspatz Arschbombe Kackbratze Pissnelke Kotztüte Abschaumlöffel Lausbub Läusekamm Ladenhüter Ileus Lion Lilien "
    "Illusion Islam Israel Italien Indien Inland Insel Irland Isar Iller Ilmenau Iwan Iowa Ionen Iod Isolde Lloyd Llano Lhasa lfd LKW".split()
)
TERMS_EN: Final = tuple(
    'ass asshole tit tits cock dick cunt fuck shit bitch slut whore cum anal anus sex porn rape rapist fag dyke homo spic "chink" "gook" '
    "coon nigger negro paki jap kike nazi retard moron idiot dumb stupid scum pig rat hell damn crap piss fat kill gay crack hoe pedo "
    "tard twat wank prick arse bum knob git sod".split()
)
INNOCENT_EN: Final = tuple(
    "class classic assassin assess assessment assume assist associate passage passenger massage grass glass compass embarrass harass ambassador cassette Massachusetts bass mass pass potassium "
    "title titan titanic petition institute constitution attitude competitive entity identity stitch restitution appetite "
    "cockpit cocktail peacock hancock hitchcock cockroach cocker shuttlecock weathercock cockney "
    "dickens dickinson dictionary predict dictate verdict edict dickey "
    "Scunthorpe scuntling Shiitake shift shirt sheet pushit mishit "
    "bitcoin pitch ambitious habit orbit rabbit slush slot sloth whorl whoever "
    "document circumstance cucumber accumulate cumulative succumb cumin encumber incumbent vacuum "
    "analysis analyst analogue canal banal analytic manual janus uranus manuscript "
    "Essex Sussex Middlesex sextant sextet unisex sexton sixty "
    "grape drape rapeseed scrape therapist therapists trapeze parapet rapid rapport drapery "
    "faggoting fagin Vandyke homogeneous homonym homeowner homosapiens "
    "spice spicy conspicuous despicable suspicious auspicious chinking chunk gooking raccoon tycoon cocoon "
    "niggle niggardly snigger Niger Nigeria negroni integer renegotiate pakistan pakistani japan japanese jape hike "
    "retardant oxymoron idiom dumbbell dumbwaiter stupor stupendous scumbled pigeon pigment pigtail spigot "
    "rates rated democrat rather ratio rattle separate strategy operation literate hello shell Michelle hellebore seashell helloed Othello "
    "Amsterdam damp scrape scraping mississippi pissarro fatal father fathom fatigue kilt skill skills skilled Gayle gayety "
    "crackle cracker nutcracker shoe shoes phoenix pedometer pedestrian torpedo custard mustard standard leotard tardy "
    "twattle swan swank prickly arsenal arsenic coarse parse sparse hearse rehearsal bumble bumblebee album knobbly digit digital legitimate agitate soda sodium episode modest".split()
)

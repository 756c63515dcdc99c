"""Ordinary names of readers, none of which belongs to the editorial team of the tests, and letters that look alike."""

from __future__ import annotations

GERMAN = """Hans Meier|Käthe Groß|Jörg Pfeiffer|Änne Böll|Günter Grünwald|Straßer|Uwe Öztürk|Dr. Max Mustermann|Prof. Dr. Ilse Aigner
Karl-Heinz Ludwig|Anna Schmitt|Anna Schmied|Hanna Schmidt|Anne Schmidt|Anna Schmidt-Weber|Annika Schmidt|A. Schmidt|Juergen Weise
Jürgen Weis|Jürgen Weise|Eva Brandt|Emma Brandt|Bella Brandt|Ella Brand|Peter B.|Ada L.|Opa Willi|Leserin aus Ulm|Ein Leser
Nachteule|Rheinländer 57|Kölsche Jung|Münchner Kindl|Sankt Pauli Fan|M. v. d. Heide|Freiherr vom Stein|Gräfin Dönhoff|Fritz (Bonn)
Susi Sorglos|Oma Erna|Max|Mo|Ali|Li|Ulf|Ute|Ida|Lilli|Elli|Illi|Emil Nolde|Rolf-Dieter|Heinz B. aus K.|Kritischer Leser|Politikus
Redakteurin a. D.|Moderate Stimme|Administrativ|Edith Ohr|Edi Torberg|Admiral Nelson|Bernhard Kowalski|Bernd Kowalski
Redaktör|Rita Daktion|Inge Müller-Westernhagen|Wolfgang Ambros|Hildegard Knef|Öznur Şahin|Tante Emma|Chefkoch|Stammtischbruder|Querdenker?
Friesenjunge|Schwäbin 1962|Nils Holgersson|Pippi L.|Käpt’n Blaubär|Fräulein Smilla|Jens-Uwe K.|Ruhrpott Ralf|Bibliothekarin|Lehrer i. R.""".replace(
    "\n", "|"
).split("|")
EUROPEAN = """François Lefèvre|Zoé Müller|Renée D’Arcy|Jean-Luc Picard|Anaïs Nin|Søren Kierkegaard|Åsa Larsson|Øyvind Hansen|Æthelred
Þórunn Jónsdóttir|Björk Guðmundsdóttir|Łukasz Wójcik|Małgorzata Śliwińska|Żaneta Ćwik|Jiří Dvořák|Božena Němcová|Šárka Černá|Ľubica Ďurišová
Zoltán Kodály|Győző Őri|Ștefan Țăran|Ion Ionescu|Đorđe Đurić|Željko Šarić|Maja Čović|José Ortega y Gasset|María Ángeles Núñez|João Conceição
Gonçalo Simões|Inês de Castro|Giulia D'Amico|Niccolò Paganini|Sean O'Connor|Siân Llewelyn|Aoife Ní Bhriain|Jan van 't Hoff|'t Hooft|Anneke de Vries
Jukka Hämäläinen|Päivi Räsänen|Õnne Mägi|Jānis Bērziņš|Vytautas Čekanauskas|Artūras Žukauskas|Nikos Papadakis|Νίκη Παππά|Γιώργος Σεφέρης
Ελένη Καραΐνδρου|Иван Иванов|Пётр Петров|Ольга Иванова|Ірина Шевченко|Юлія Ґалаґан|Мария Петрова|Светлана Алексиевич|Ђорђе Ковачевић
Գարեգին Նժդեհ|ქეთევან მაჭავარიანი|Guðrún Ósk|Mihai Eminescu|Kateřina Nováková|Márta Szabó|Lluís Llach|Iñaki Gabilondo|Uxue Barkos|Nicolae Bălcescu""".replace(
    "\n", "|"
).split("|")
TURKISH = """Ayşe Öztürk|Mehmet Yıldız|Mehmet Yilmazer|Işıl Kılıç|İbrahim Çelik|Gökçe Güneş|Şeyma Subaşı|Ahmet Ümit|Ömer Çağlar|Zülfü Livaneli
Elif Şafak|Sıla Gençoğlu|Tuğba Büyüküstün|Çiğdem Toprak|Nazım Hikmet|Özgür Özel|Ece Temelkuran|Can Dündar|Ümit Yaşar|Hülya Koçyiğit""".replace(
    "\n", "|"
).split("|")
ARABIC = """محمد علي|فاطمة حسن|نجيب محفوظ|أحمد شوقي|زينب الغزالي|عبد الرحمن منيف|علیرضا رضایی|شیرین عبادی|مریم میرزاخانی|نوال السعداوي
يوسف إدريس|غسان كنفاني|آية الله|محمود درويش|ليلى خالد|عمر الشريف|فيروز|أم كلثوم|پروین اعتصامی|جبران خليل جبران
דוד בן־גוריון|שרה לוי|יוסף כהן|נועה קירל|עמוס עוז""".replace("\n", "|").split("|")
VIETNAMESE = """Nguyễn Văn An|Nguyễn Thị Hoa|Trần Thị Hương|Phạm Ngọc Thạch|Lê Thị Hồng Gấm|Đặng Thùy Trâm|Võ Nguyên Giáp|Hoàng Xuân Hãn|Bùi Thị Xuân
Đỗ Mười|Hồ Xuân Hương|Ngô Bảo Châu|Dương Thu Hương|Lý Thường Kiệt|Phan Châu Trinh|Vũ Trọng Phụng|Trịnh Công Sơn|Mai Thị Lựu|Tạ Quang Bửu|Cao Bá Quát""".replace(
    "\n", "|"
).split("|")
OTHER = """山田太郎|村上春樹|김연아|박찬욱|王小明|李娜|สมชาย ใจดี|प्रेमचंद|कमला दास|রবীন্দ্রনাথ ঠাকুর|தமிழ்ச்செல்வி|Chinua Achebe|Ngũgĩ wa Thiong'o|Wọlé Ṣóyínká
Kwame Nkrumah|Nkechi Ọbi|Haunani-Kay Trask|ʻIolani Palace|Quetzalcóatl M.|Jane Q. Public|John Smith Jr.|X Æ A-12|user4711|anna_s|Anna🌻|R2D2""".replace(
    "\n", "|"
).split("|")
ORDINARY = [*GERMAN, *EUROPEAN, *TURKISH, *ARABIC, *VIETNAMESE, *OTHER]

# Letters that are drawn like Latin ones, listed by hand; and styles that Unicode has whole alphabets of.
DRAWN_ALIKE = {
    "a": "аɑαạ",
    "b": "Ьƅʙв",
    "c": "сϲᴄ",
    "d": "ԁɗᴅ",
    "e": "еҽєɛ℮ə",
    "f": "ƒꜰ",
    "g": "ɡɢ",
    "h": "һнʜ",
    "i": "іıɩ1lIǀ|ⅰ",
    "j": "јᴊ",
    "k": "κкᴋ",
    "l": "ⅼ1Iӏ|ǀІι",
    "m": "мᴍⅿ",
    "n": "пɴηռ",
    "o": "0оοօσ௦ᴏ๐",
    "p": "рρᴘ",
    "r": "гʀᴦ",
    "s": "ѕꜱ5$",
    "t": "тτᴛ7",
    "u": "υսᴜ",
    "v": "νѵᴠ",
    "w": "ԝѡωᴡ",
    "x": "хχ×",
    "y": "уүγʏ",
    "z": "ᴢʐ2",
    "A": "АΑᎪ4@",
    "B": "ВΒ8",
    "C": "СϹ",
    "E": "ЕΕ3€",
    "H": "НΗ",
    "I": "ІΙl1",
    "K": "КΚ",
    "M": "МΜ",
    "N": "Ν",
    "O": "ОΟ0",
    "P": "РΡ",
    "R": "ᎡЯ",
    "S": "Ѕ5$",
    "T": "ТΤ7",
    "W": "ԜШ",
    "X": "ХΧ",
    "Y": "ΥҮ",
    "Z": "Ζ2",
}
STYLES = [
    "MATHEMATICAL BOLD {} {}",
    "MATHEMATICAL BOLD ITALIC {} {}",
    "MATHEMATICAL SANS-SERIF {} {}",
    "MATHEMATICAL MONOSPACE {} {}",
    "MATHEMATICAL DOUBLE-STRUCK {} {}",
    "MATHEMATICAL BOLD SCRIPT {} {}",
    "MATHEMATICAL BOLD FRAKTUR {} {}",
    "FULLWIDTH LATIN {} LETTER {}",
    "CIRCLED LATIN {} LETTER {}",
    "NEGATIVE SQUARED LATIN {} LETTER {}",
    "SQUARED LATIN {} LETTER {}",
    "NEGATIVE CIRCLED LATIN {} LETTER {}",
    "LATIN LETTER SMALL {} {}",
    "LATIN {} LETTER {} WITH STROKE",
    "LATIN {} LETTER {} WITH HOOK",
    "LATIN {} LETTER {} WITH DOT BELOW",
    "LATIN {} LETTER {} WITH ACUTE",
    "MODIFIER LETTER {} {}",
    "PARENTHESIZED LATIN {} LETTER {}",
]

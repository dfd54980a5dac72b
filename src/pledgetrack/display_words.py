"""What tables and charts say in English, Spanish, French and German."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType

from pledgetrack.vocabulary import language


def word(english: str, locale: str = "en", **values: object) -> str:
    """A heading, status, label or sentence in a language, with values put in.

    Words that the ledger brought along, such as a tag, stay as they are.

    >>> word("outstanding", "de"), word("topic", "de")
    ('ausstehend', 'topic')
    >>> word("as of {day}", "fr", day="1 août 2024")
    'au 1 août 2024'
    """
    spoken = language(locale)
    text = english if spoken == "en" else WORDS.get(english, {}).get(spoken, english)
    return text.format(**values) if values else text


def day_said(day: dt.date, locale: str = "en") -> str:
    """A day as people write it.

    >>> day_said(dt.date(2024, 8, 1)), day_said(dt.date(2024, 8, 1), "de")
    ('1 August 2024', '1. August 2024')
    """
    from babel.dates import format_date

    if language(locale) == "en":
        return f"{day.day} {format_date(day, 'MMMM y', locale='en')}"
    return format_date(day, format="long", locale=locale.replace("-", "_"))


def capital(text: str) -> str:
    """The text with a capital at its beginning.

    >>> capital("as of 1 August 2024")
    'As of 1 August 2024'
    """
    return text[:1].upper() + text[1:]


def _words(lines: str) -> Mapping[str, Mapping[str, str]]:
    """Phrases as lines "english | español | français | deutsch"."""
    made = {}
    for line in lines.strip().splitlines():
        english, *others = (part.strip() for part in line.split("|"))
        made[english] = MappingProxyType(dict(zip(("es", "fr", "de"), others, strict=True)))
    return MappingProxyType(made)


WORDS = _words("""
party | quien promete | qui promet | wer zusagt
recipient | destinatario | destinataire | Empfänger
channel | canal | canal | Durchführer
unit | unidad | unité | Einheit
horizon | plazo | échéance | Frist
due | vence | échoit | fällig
announced | anunciado | annoncé | angekündigt
status | estado | état | Stand
source | fuente | source | Quelle
commitment | compromiso | engagement | Zusage
period | periodo | période | Zeitraum
proposed | propuesto | proposé | vorgeschlagen
pledged | prometido | promis | zugesagt
headline | titular | annoncé en tout | Schlagzeile
committed | comprometido | engagé | verbindlich
delivered | entregado | fourni | geliefert
outstanding | pendiente | restant | ausstehend
overdue | vencido | en retard | überfällig
share delivered | parte entregada | part fournie | Anteil geliefert
commitments | compromisos | engagements | Zusagen
target | meta | objectif | Ziel
end | fin | fin | Ende
days left | días restantes | jours restants | Tage übrig
last report | último informe | dernier rapport | letzter Bericht
counts elsewhere | cuenta en otro lugar | compté ailleurs | zählt anderswo
change | cambio | changement | Änderung
before | antes | avant | vorher
after | después | après | nachher
on | día | jour | Tag
known | conocido | connu | bekannt
citation | cita | référence | Beleg
stated target | meta en origen | objectif d'origine | Ziel im Original
stated delivered | entregado en origen | fourni d'origine | geliefert im Original
stated unit | unidad en origen | unité d'origine | Einheit im Original
{name}, at least | {name}, mínimo | {name}, au moins | {name}, mindestens
{name}, at most | {name}, máximo | {name}, au plus | {name}, höchstens
rejected | rechazado | rejeté | abgelehnt
withdrawn | retirado | retiré | zurückgezogen
expired | caducado | expiré | verfallen
alleged | atribuido | allégué | behauptet
fulfilled | cumplido | tenu | erfüllt
fulfilled late | cumplido tarde | tenu en retard | verspätet erfüllt
stalled | parado | suspendu | ausgesetzt
in progress | en curso | en cours | im Gange
nothing delivered | nada entregado | rien fourni | nichts geliefert
nothing reported | nada informado | rien de signalé | nichts gemeldet
new | nuevo | nouveau | neu
refunded | reembolsado | remboursé | erstattet
revised up | revisado al alza | revu à la hausse | nach oben geändert
revised down | revisado a la baja | revu à la baisse | nach unten geändert
revised | revisado | révisé | geändert
horizon moved | plazo cambiado | échéance déplacée | Frist verschoben
reopened | reabierto | rouvert | wieder offen
suspended | suspendido | suspendu | ausgesetzt
resumed | reanudado | repris | fortgesetzt
completed | terminado | achevé | abgeschlossen
rated | valorado | noté | bewertet
part | parte | partie | Teil
part delivered | parte entregada | partie fournie | Teil geliefert
corrected | corregido | corrigé | berichtigt
dropped | suprimido | supprimé | entfallen
fact dropped | hecho suprimido | fait supprimé | Tatsache entfallen
recounted | contado de nuevo | recompté | neu gezählt
not stated | no indicado | non précisé | nicht genannt
open | abierto | ouvert | offen
short | corto | court | kurz
medium | medio | moyen | mittel
long | largo | long | lang
no end stated | sin fin indicado | sans fin indiquée | kein Ende genannt
not reported | no informado | non signalé | nicht gemeldet
nothing recorded | nada registrado | rien d'enregistré | nichts erfasst
no amount stated | sin cantidad indicada | sans montant indiqué | ohne genannten Betrag
total | total | total | gesamt
originally {what} | al principio {what} | à l'origine {what} | ursprünglich {what}
{count} days over | {count} días de retraso | {count} jours de retard | {count} Tage darüber
1 day over | 1 día de retraso | 1 jour de retard | 1 Tag darüber
{count} days left | quedan {count} días | encore {count} jours | noch {count} Tage
1 day left | queda 1 día | encore 1 jour | noch 1 Tag
last day | último día | dernier jour | letzter Tag
Promised and delivered | Prometido y entregado | Promis et fourni | Zugesagt und geliefert
Promised and delivered over time | Prometido y entregado en el tiempo | Promis et fourni au fil du temps | Zugesagt und geliefert im Lauf der Zeit
Status of each commitment | Estado de cada compromiso | État de chaque engagement | Stand jeder Zusage
What changed | Qué ha cambiado | Ce qui a changé | Was sich geändert hat
as of {day} | a {day} | au {day} | Stand {day}
from {since} to {day} | del {since} al {day} | du {since} au {day} | vom {since} bis {day}
day not stated | día no indicado | jour non précisé | Tag nicht genannt
known by {day} | conocido a {day} | connu au {day} | bekannt bis {day}
sources to {day} | fuentes hasta {day} | sources jusqu'au {day} | Quellen bis {day}
Nothing to show. | Nada que mostrar. | Rien à montrer. | Nichts zu zeigen.
In {into}, at rates of {when}: {rates}. | En {into}, al cambio de {when}: {rates}. | En {into}, au taux de {when} : {rates}. | In {into}, zum Kurs vom {when}: {rates}.
the day of each announcement | el día de cada anuncio | jour de chaque annonce | Tag jeder Ankündigung
the day of each event | el día de cada hecho | jour de chaque fait | Tag jedes Ereignisses
Prices of {year}: {deflators}. | Precios de {year}: {deflators}. | Prix de {year} : {deflators}. | Preise von {year}: {deflators}.
Not converted for want of a rate: {names}. | Sin convertir por falta de cambio: {names}. | Non converti faute de taux : {names}. | Mangels Kurs nicht umgerechnet: {names}.
Fiscal years: {calendar}. | Años fiscales: {calendar}. | Années budgétaires : {calendar}. | Haushaltsjahre: {calendar}.
“At least”, “up to” and “about” stand before amounts that the sources do not state exactly. | “Al menos”, “hasta” y “alrededor de” preceden a cantidades que las fuentes no indican con exactitud. | « Au moins », « jusqu'à » et « environ » précèdent les montants que les sources ne donnent pas exactement. | „Mindestens“, „bis zu“ und „etwa“ stehen vor Beträgen, die die Quellen nicht genau nennen.
This result does not tell which amounts are “at least”, “up to” or “about”. | Este resultado no dice qué cantidades son “al menos”, “hasta” o “alrededor de”. | Ce résultat ne dit pas quels montants sont « au moins », « jusqu'à » ou « environ ». | Dieses Ergebnis sagt nicht, welche Beträge „mindestens“, „bis zu“ oder „etwa“ gelten.
{count} others | otros {count} | {count} autres | {count} andere
start | inicio | début | Anfang
amount | cantidad | montant | Betrag
name | nombre | nom | Name
measure | medida | mesure | Größe
time elapsed | tiempo transcurrido | temps écoulé | Zeit vergangen
{part} of {whole} | {part} de {whole} | {part} sur {whole} | {part} von {whole}
{what} delivered, nothing pledged | {what} entregado, nada prometido | {what} fourni, rien de promis | {what} geliefert, nichts zugesagt
delivery not reported, {what} pledged | entrega no informada, {what} prometido | rien de signalé, {what} promis | Lieferung nicht gemeldet, {what} zugesagt
share of what is pledged, of the time | parte de lo prometido, del tiempo | part de ce qui est promis, du temps | Anteil am Zugesagten, an der Zeit
Delivered of what was pledged, and time elapsed | Entregado de lo prometido, y tiempo transcurrido | Fourni sur ce qui est promis, et temps écoulé | Geliefert vom Zugesagten, und vergangene Zeit
When promises are due | Cuándo vencen las promesas | Quand les promesses échoient | Wann Zusagen fällig sind
Commitments by status | Compromisos por estado | Engagements par état | Zusagen nach Stand
Proposed per period | Propuesto por periodo | Proposé par période | Vorgeschlagen je Zeitraum
Pledged per period | Prometido por periodo | Promis par période | Zugesagt je Zeitraum
Committed per period | Comprometido por periodo | Engagé par période | Verbindlich je Zeitraum
Delivered per period | Entregado por periodo | Fourni par période | Geliefert je Zeitraum
Proposed, from whom to whom | Propuesto, de quién a quién | Proposé, de qui à qui | Vorgeschlagen, von wem an wen
Pledged, from whom to whom | Prometido, de quién a quién | Promis, de qui à qui | Zugesagt, von wem an wen
Committed, from whom to whom | Comprometido, de quién a quién | Engagé, de qui à qui | Verbindlich, von wem an wen
Delivered, from whom to whom | Entregado, de quién a quién | Fourni, de qui à qui | Geliefert, von wem an wen
The black line is the day of the chart. | La línea negra es el día del gráfico. | La ligne noire est le jour du graphique. | Die schwarze Linie ist der Tag des Bildes.
Not drawn, for nothing is pledged: {count}. | Sin dibujar, por no haber nada prometido: {count}. | Non dessinés, rien n'étant promis : {count}. | Nicht gezeichnet, da nichts zugesagt ist: {count}.
What has parts is drawn without them; each has a bar of its own. | Lo que tiene partes se dibuja sin ellas; cada una tiene su propia barra. | Ce qui a des parties est dessiné sans elles ; chacune a sa propre barre. | Was Teile hat, ist ohne sie gezeichnet; jeder hat einen eigenen Balken.
Not drawn, for they are not above zero: {count}. | Sin dibujar, por no ser mayores que cero: {count}. | Non dessinés, n'étant pas au-dessus de zéro : {count}. | Nicht gezeichnet, da nicht über null: {count}.
Counted elsewhere: {count}. | Contados en otro lugar: {count}. | Comptés ailleurs : {count}. | Anderswo gezählt: {count}.
1 commitment states no amount. | 1 compromiso no indica cantidad. | 1 engagement n'indique aucun montant. | 1 Zusage nennt keinen Betrag.
{count} commitments state no amount. | {count} compromisos no indican cantidad. | {count} engagements n'indiquent aucun montant. | {count} Zusagen nennen keinen Betrag.
Some commitments state no amount. | Algunos compromisos no indican cantidad. | Certains engagements n'indiquent aucun montant. | Einige Zusagen nennen keinen Betrag.
Amounts of a million and more are rounded to {digits} digits, or to as many as keep the amounts of a row apart; the exact amount shows when the pointer rests on it. | Las cantidades de un millón o más se redondean a {digits} cifras, o a las que distinguen las de una fila; la cantidad exacta aparece al poner el puntero encima. | Les montants d'un million et plus sont arrondis à {digits} chiffres, ou à autant qu'il en faut pour distinguer ceux d'une ligne ; le montant exact s'affiche sous le pointeur. | Beträge ab einer Million sind auf {digits} Stellen gerundet, oder auf so viele, dass sich die einer Zeile unterscheiden; der genaue Betrag erscheint unter dem Zeiger.
— nothing recorded, which is not zero. | — nada registrado, que no es cero. | — rien d'enregistré, ce qui n'est pas zéro. | — nichts erfasst, was nicht null ist.
Not drawn, for others are due nearer to the day: {count}. | Sin dibujar, por vencer otros más cerca del día: {count}. | Non dessinés, d'autres échéant plus près du jour : {count}. | Nicht gezeichnet, da andere näher am Tag fällig sind: {count}.
Not drawn, for want of room: {count} more units. | Sin dibujar, por falta de sitio: {count} unidades más. | Non dessinées, faute de place : {count} autres unités. | Aus Platzmangel nicht gezeichnet: {count} weitere Einheiten.
Promises, and what came of them | Promesas, y qué fue de ellas | Les promesses, et ce qu'il en est advenu | Zusagen, und was aus ihnen wurde
Skip to the content | Saltar al contenido | Aller au contenu | Zum Inhalt springen
Contents | Índice | Sommaire | Inhalt
At a glance | De un vistazo | En bref | Auf einen Blick
By {keys} | Por {keys} | Par {keys} | Nach {keys}
Charts | Gráficos | Graphiques | Bilder
Set aside | Apartado | Mis de côté | Beiseitegelegt
How the figures are made | Cómo se hacen las cifras | Comment les chiffres sont faits | Wie die Zahlen entstehen
Sources | Fuentes | Sources | Quellen
1 commitment | 1 compromiso | 1 engagement | 1 Zusage
{count} commitments | {count} compromisos | {count} engagements | {count} Zusagen
What is behind this | Qué hay detrás | Ce qu'il y a derrière | Was dahintersteht
Movements and citations | Movimientos y citas | Mouvements et références | Bewegungen und Belege
This chart in words | Este gráfico en palabras | Ce graphique en mots | Dieses Bild in Worten
All of this commitment | Todo sobre este compromiso | Tout sur cet engagement | Alles zu dieser Zusage
Sum | Suma | Somme | Summe
days overdue | días de retraso | jours de retard | Tage überfällig
without its parts | sin sus partes | sans ses parties | ohne seine Teile
delivered beyond a part | entregado más allá de una parte | fourni au-delà d'une partie | über einen Teil hinaus geliefert
delivered by parts | entregado por partes | fourni par des parties | von Teilen geliefert
rate | cambio | taux | Kurs
condition | condición | condition | Bedingung
tags | etiquetas | étiquettes | Merkmale
note | nota | note | Anmerkung
line | línea | ligne | Zeile
no citation | sin cita | sans référence | kein Beleg
all | todos | tous | alle
counted | contado | compté | gezählt
set aside | apartado | mis de côté | beiseitegelegt
{shown} of {count} rows | {shown} de {count} filas | {shown} lignes sur {count} | {shown} von {count} Zeilen
Filter rows | Filtrar filas | Filtrer les lignes | Zeilen filtern
What became of every record of the files that were read: | Qué fue de cada registro de los archivos leídos: | Ce qu'il est advenu de chaque enregistrement des fichiers lus : | Was aus jedem Eintrag der gelesenen Dateien wurde:
1 record | 1 registro | 1 enregistrement | 1 Eintrag
{count} records | {count} registros | {count} enregistrements | {count} Einträge
Which records | Qué registros | Quels enregistrements | Welche Einträge
{count} more are in the account of the import. | {count} más están en la cuenta de la importación. | {count} autres sont dans le compte de l'importation. | {count} weitere stehen im Konto des Imports.
These records were not imported from files of another format; nothing was set aside. | Estos registros no se importaron de archivos de otro formato; nada se apartó. | Ces enregistrements ne viennent pas de fichiers d'un autre format ; rien n'a été mis de côté. | Diese Einträge stammen nicht aus Dateien eines anderen Formats; nichts wurde beiseitegelegt.
No source is cited. | No se cita ninguna fuente. | Aucune source n'est citée. | Keine Quelle ist genannt.
Made with pledgetrack {version}. | Hecho con pledgetrack {version}. | Fait avec pledgetrack {version}. | Erstellt mit pledgetrack {version}.
A choice of the ledger: {what}. | Una selección del libro: {what}. | Un choix du registre : {what}. | Eine Auswahl des Verzeichnisses: {what}.
Each figure opens to the commitments that it adds up from, and each commitment to its movements: signed amounts, each with its day and the place in a source that says so. They add up to the figure exactly. | Cada cifra se abre a los compromisos que suma, y cada compromiso a sus movimientos: cantidades con signo, cada una con su día y el lugar de la fuente que lo dice. Suman exactamente la cifra. | Chaque chiffre s'ouvre sur les engagements qu'il additionne, et chaque engagement sur ses mouvements : des montants signés, chacun avec son jour et l'endroit de la source qui le dit. Leur somme est exactement le chiffre. | Jede Zahl lässt sich auf die Zusagen öffnen, aus denen sie besteht, und jede Zusage auf ihre Bewegungen: Beträge mit Vorzeichen, jeder mit seinem Tag und der Stelle in einer Quelle, die ihn nennt. Sie ergeben genau die Zahl.
Pledged is everything promised at least as firmly as a pledge, and includes what is committed; proposed is what is not pledged yet. These columns are not to be added up. | Prometido es todo lo prometido al menos con la firmeza de una promesa, e incluye lo comprometido; propuesto es lo que aún no está prometido. Estas columnas no se suman entre sí. | Promis est tout ce qui est promis au moins aussi fermement qu'une promesse, et comprend ce qui est engagé ; proposé est ce qui n'est pas encore promis. Ces colonnes ne s'additionnent pas. | Zugesagt ist alles, was mindestens so fest wie eine Zusage versprochen ist, und schließt das Verbindliche ein; vorgeschlagen ist, was noch nicht zugesagt ist. Diese Spalten werden nicht addiert.
Delivered is what was handed over. Outstanding is what is pledged less what arrived, commitment by commitment; below zero means that more arrived than was promised. Overdue is what is missing of commitments past their end. | Entregado es lo que se dio. Pendiente es lo prometido menos lo llegado, compromiso por compromiso; bajo cero significa que llegó más de lo prometido. Vencido es lo que falta de los compromisos cuyo plazo terminó. | Fourni est ce qui a été remis. Restant est ce qui est promis moins ce qui est arrivé, engagement par engagement ; en dessous de zéro, il est arrivé plus que promis. En retard est ce qui manque aux engagements dont l'échéance est passée. | Geliefert ist, was übergeben wurde. Ausstehend ist das Zugesagte abzüglich des Eingetroffenen, Zusage für Zusage; unter null heißt, dass mehr eintraf als versprochen. Überfällig ist, was an Zusagen nach ihrem Ende fehlt.
Overdue is not broken: that nobody reported a delivery is no proof that there was none. | Vencido no es incumplido: que nadie informara de una entrega no prueba que no la hubiera. | En retard n'est pas rompu : que personne n'ait signalé de livraison ne prouve pas qu'il n'y en a pas eu. | Überfällig ist nicht gebrochen: Dass niemand eine Lieferung gemeldet hat, beweist nicht, dass es keine gab.
Units are never mixed, and nothing counts twice: a part counts within its whole, and of several records of one promise one counts. | Las unidades nunca se mezclan y nada cuenta dos veces: una parte cuenta dentro de su todo, y de varios registros de una promesa cuenta uno. | Les unités ne sont jamais mêlées et rien ne compte deux fois : une partie compte dans son tout, et de plusieurs enregistrements d'une promesse un seul compte. | Einheiten werden nie vermischt, und nichts zählt doppelt: Ein Teil zählt in seinem Ganzen, und von mehreren Einträgen einer Zusage zählt einer.
Charts show the same figures: lines what stood at the end of each period; amounts per period spread each promise evenly over the days of its horizon. | Los gráficos muestran las mismas cifras: las líneas, lo que había al final de cada periodo; las cantidades por periodo reparten cada promesa por igual entre los días de su plazo. | Les graphiques montrent les mêmes chiffres : les lignes, l'état à la fin de chaque période ; les montants par période répartissent chaque promesse également sur les jours de son échéance. | Die Bilder zeigen dieselben Zahlen: Linien, was am Ende jedes Zeitraums stand; Beträge je Zeitraum verteilen jede Zusage gleichmäßig auf die Tage ihrer Frist.
""")  # noqa: E501  # a line for each phrase

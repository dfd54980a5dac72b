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
Not drawn, for they are not above zero: {count}. | Sin dibujar, por no ser mayores que cero: {count}. | Non dessinés, n'étant pas au-dessus de zéro : {count}. | Nicht gezeichnet, da nicht über null: {count}.
Counted elsewhere: {count}. | Contados en otro lugar: {count}. | Comptés ailleurs : {count}. | Anderswo gezählt: {count}.
1 commitment states no amount. | 1 compromiso no indica cantidad. | 1 engagement n'indique aucun montant. | 1 Zusage nennt keinen Betrag.
{count} commitments state no amount. | {count} compromisos no indican cantidad. | {count} engagements n'indiquent aucun montant. | {count} Zusagen nennen keinen Betrag.
Some commitments state no amount. | Algunos compromisos no indican cantidad. | Certains engagements n'indiquent aucun montant. | Einige Zusagen nennen keinen Betrag.
Amounts of a million and more are rounded to {digits} digits, or to as many as keep the amounts of a row apart; the exact amount shows when the pointer rests on it. | Las cantidades de un millón o más se redondean a {digits} cifras, o a las que distinguen las de una fila; la cantidad exacta aparece al poner el puntero encima. | Les montants d'un million et plus sont arrondis à {digits} chiffres, ou à autant qu'il en faut pour distinguer ceux d'une ligne ; le montant exact s'affiche sous le pointeur. | Beträge ab einer Million sind auf {digits} Stellen gerundet, oder auf so viele, dass sich die einer Zeile unterscheiden; der genaue Betrag erscheint unter dem Zeiger.
— nothing recorded, which is not zero. | — nada registrado, que no es cero. | — rien d'enregistré, ce qui n'est pas zéro. | — nichts erfasst, was nicht null ist.
""")  # noqa: E501  # a line for each phrase

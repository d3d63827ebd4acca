"""What banks call their columns, in several languages; for the guess only, never for reading."""

import re
import unicodedata
from enum import StrEnum


class Role(StrEnum):
    """What a column is."""

    DATE = "date"
    VALUE_DATE = "value date"
    AMOUNT = "amount"
    DEBIT = "debit"
    CREDIT = "credit"
    BALANCE = "balance"
    PAYEE = "payee"
    NARRATION = "narration"
    CURRENCY = "currency"


_NAMES = {
    Role.DATE: (
        "date|booking date|transaction date|posting date|posted date|post date|trans date|started date"
        "|datum|buchungstag|buchungsdatum|buchung|date operation|date de l operation|date comptable"
        "|fecha|fecha operacion|fecha de operacion|data|data operazione|data contabile|data operacji"
        "|boekdatum|transactiedatum|bokforingsdag|bokforingsdatum|dato|bogforingsdato|data movimento"
    ),
    Role.VALUE_DATE: (
        "value date|valuta|valutadatum|wertstellung|wertstellungstag|date valeur|date de valeur|fecha valor"
        "|data valuta|data valor|valutadag|rentedatum|completed date|settlement date"
    ),
    Role.AMOUNT: (
        "amount|betrag|umsatz|montant|importe|importo|bedrag|belopp|belob|belop|kwota|valor"
        "|transaction amount"
    ),
    Role.DEBIT: (
        "debit|debits|debit amount|paid out|money out|withdrawal|withdrawals|soll|ausgabe|ausgaben"
        "|lastschrift|cargo|cargos|debe|uscite|dare|addebiti|af|uit|obciazenia|depenses"
    ),
    Role.CREDIT: (
        "credit|credits|credit amount|paid in|money in|deposit|deposits|haben|einnahme|einnahmen|gutschrift"
        "|abono|abonos|haber|entrate|avere|accrediti|bij|uznania|recettes"
    ),
    Role.BALANCE: (
        "balance|running balance|saldo|kontostand|saldo nach buchung|solde|saldo contabile|saldo disponible"
    ),
    Role.PAYEE: (
        "payee|name|merchant|counterparty|beneficiary|empfanger|auftraggeber|beguenstigter|zahlungspflichtiger"
        "|auftraggeber empfanger|beguenstigter zahlungspflichtiger|name zahlungsbeteiligter|beneficiaire"
        "|tiers|beneficiario|naam tegenpartij|naam omschrijving|mottagare|odbiorca"
    ),
    Role.NARRATION: (
        "description|memo|details|narration|narrative|reference|transaction description|verwendungszweck"
        "|buchungstext|libelle|communication|concepto|descripcion|descrizione|causale|mededelingen"
        "|omschrijving|beskrivning|tekst|text|tytul"
    ),
    Role.CURRENCY: "currency|wahrung|waehrung|devise|moneda|divisa|valuta currency|munt|valutakod|waluta|ccy",
}
_ROLES = {name: role for role, names in _NAMES.items() for name in names.split("|")}

INCOMING = frozenset({"bij", "credit", "cr", "c", "h", "haben", "in"})
"""Words beside an amount that say it came in; lower case."""
OUTGOING = frozenset({"af", "debit", "dr", "d", "s", "soll", "out"})
"""Words beside an amount that say it went out; lower case."""

_CODE = re.compile(r"\b[A-Z]{3}\b")
_ASIDE = re.compile(r"\(.*?\)|\[.*?\]|\b(?:in )?[A-Z]{3}$")


def role(heading: str) -> Role | None:
    """What the column of that heading is; None when the heading is not known."""
    return _ROLES.get(_plain(_ASIDE.sub(" ", heading)) or _plain(heading)) or _ROLES.get(_plain(heading))


def currency_in(heading: str) -> str:
    """The currency that a heading such as "Amount (EUR)" names; empty when it names none."""
    aside = " ".join(_ASIDE.findall(heading))
    found = _CODE.findall(aside)
    return found[0] if len(found) == 1 and _plain(_ASIDE.sub(" ", heading)) else ""


def _plain(text: str) -> str:
    bare = "".join(
        sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign)
    )
    bare = bare.replace("ø", "o")
    return " ".join(re.sub(r"[^a-z]+", " ", bare).split())

"""What names of accounts mean, and what the programs' complaints say."""

from devdash_ledger import complaints
from devdash_ledger.journal import AccountType
from devdash_ledger.kinds import declared, kinds


def test_kinds_follow_settings_then_declarations_then_names() -> None:
    """A root of the settings wins, then the nearest declared account, then the English word; else other."""
    kind_of = kinds({"Aktiva": AccountType.ASSETS}, {"Haus:Kredit": AccountType.LIABILITIES})
    assert kind_of("Aktiva:Bank") is AccountType.ASSETS
    assert kind_of("Haus:Kredit:Zins") is AccountType.LIABILITIES
    assert kind_of("Haus") is AccountType.OTHER
    assert kind_of("revenues:job") is AccountType.INCOME
    assert kind_of("Debts:Card") is AccountType.LIABILITIES
    assert kind_of("Expensesx:Food") is AccountType.OTHER
    assert (declared("X"), declared("cash"), declared("?")) == (
        AccountType.EXPENSES,
        AccountType.ASSETS,
        None,
    )


def test_every_error_of_ledger_has_its_place() -> None:
    """ledger goes on after an error: each is told, at the line of its transaction where it has one."""
    words = (
        'While parsing file "/j/a.dat", line 7:\n'
        'While balancing transaction from "/j/a.dat", lines 4-6:\n'
        "> 2026-01-02 * Start\n>   Assets:Cash    EUR 1\n>   Equity:Start   EUR 2\n"
        "Unbalanced remainder is:\n               EUR 3\nError: Transaction does not balance\n"
        'In file included from "/j/a.dat", line 9:\nWhile parsing file "/j/b.dat", line 1:\n'
        "While parsing transaction:\n> 2026-13-02 x\nError: Invalid date: 2026-13-02\n"
    )
    first, second = complaints.read(words, "/j/a.dat")
    assert (first.file, first.line) == ("/j/a.dat", 4)
    assert first.accounts == ("Assets:Cash", "Equity:Start")
    assert first.message.startswith("Transaction does not balance")
    assert (second.file, second.line) == ("/j/b.dat", 1)


def test_hledgers_old_and_new_forms_are_understood() -> None:
    """1.25 names the transaction in words, later ones as FILE:LINE-LINE; what is wrong comes first."""
    old = 'hledger: "/j/a.journal" (lines 1-3)\ncould not balance this transaction:\n2026-01-02 x\n'
    new = (
        "hledger: Error: /j/a.journal:5-7:\n5 | 2026-01-02 x\n  |     assets:cash    EUR 1\n\n"
        "This transaction is unbalanced.\n"
    )
    [error] = complaints.read(old, "/j/a.journal")
    assert (error.line, error.message.splitlines()[0]) == (1, "could not balance this transaction:")
    [error] = complaints.read(new, "/j/a.journal")
    assert (error.line, error.message.splitlines()[0]) == (5, "This transaction is unbalanced.")


def test_words_without_a_place_are_the_journals_own() -> None:
    """What is not understood is passed on as it is, without a line."""
    [error] = complaints.read("ledger was ended by signal 11", "/j/a.dat")
    assert (error.file, error.line, error.message) == ("/j/a.dat", 0, "ledger was ended by signal 11")

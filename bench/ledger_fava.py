"""The reference: fava loads a journal and sums it up by month and account. Run as a program: FILE.

What fava does for its page "Income statement", without a server and without drawing it.
"""

import sys

from fava.core import FavaLedger
from fava.util.date import Month

if __name__ == "__main__":
    ledger = FavaLedger(sys.argv[1])
    filtered = ledger.get_filtered()
    roots = [str(ledger.options[f"name_{kind}"]) for kind in ("assets", "liabilities", "income", "expenses")]
    trees = [
        ledger.interval_balances(filtered, Month, root, accumulate=place < 2)[0]
        for place, root in enumerate(roots)
    ]
    assert all(trees)

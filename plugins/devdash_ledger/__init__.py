"""The ledger pane of devdash; `devdash_ledger.pane` holds the class."""

"""The worker's side of the history: opens the databases, stores, rolls up, purges and answers."""

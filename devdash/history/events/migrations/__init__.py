"""The migrations of the app `history`."""

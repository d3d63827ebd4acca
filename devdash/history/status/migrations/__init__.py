"""The migrations of the app `status`."""

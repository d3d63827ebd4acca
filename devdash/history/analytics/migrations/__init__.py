"""The migrations of the app `analytics`."""

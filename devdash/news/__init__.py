"""News from folders: what changed in them, as the system tells it. Knows neither panes nor settings."""

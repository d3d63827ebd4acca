"""The engine: schedules, supervises and acts for the panes, on one event loop. Knows no face."""

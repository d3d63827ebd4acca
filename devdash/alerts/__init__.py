"""Alerts: rules over facts, and what became of them. Pure: no clock, no file, no channel."""

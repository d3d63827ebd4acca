"""Duty: what devdash does all day over a running engine, with a screen or without one.

Rules are evaluated, alerts told once, samples and events kept. One process of a user is on duty
at a time; others see what it knows.
"""

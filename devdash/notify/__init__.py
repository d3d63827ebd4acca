"""Channels: how a person who is not looking is told."""

"""The screen. The only room that imports Textual; it draws snapshots and sends wishes to the engine."""

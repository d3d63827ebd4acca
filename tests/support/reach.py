"""Reaching into an app under test."""

from panes import Rows, Scripted

from devdash.tui.app import DevdashApp
from devdash.tui.pane_view import PaneView


def rows_pane(app: DevdashApp, name: str = "rows") -> Rows:
    pane = app.engine._members[name].runner.pane
    assert isinstance(pane, Rows)
    return pane


def reads(app: DevdashApp, name: str) -> int:
    pane = app.engine._members[name].runner.pane
    assert isinstance(pane, Scripted)
    return pane.reads


def focused(app: DevdashApp) -> str:
    assert isinstance(app.focused, PaneView)
    return app.focused.pane_name

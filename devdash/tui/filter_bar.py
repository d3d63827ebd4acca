"""The line into which a filter is typed; it is there only while it is needed."""

from textual.message import Message
from textual.widgets import Input


class FilterBar(Input):
    """Tells every change of its text; Enter leaves it with the text kept."""

    DEFAULT_CSS = """
    FilterBar { display: none; border: none; height: 1; padding: 0 1; background: $boost; }
    FilterBar.-open { display: block; }
    """

    class Typed(Message):
        """The text has changed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Left(Message):
        """Enter was pressed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self) -> None:
        super().__init__(placeholder="filter: words that a row must have", compact=True)
        self.cursor_blink = False

    @property
    def is_open(self) -> bool:
        """Whether it is shown."""
        return self.has_class("-open")

    def open(self, text: str) -> None:
        """Show it with `text` and take the keys."""
        self.value = text
        self.add_class("-open")
        self.focus()

    def close(self) -> None:
        """Hide it."""
        self.remove_class("-open")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_open:
            self.post_message(self.Typed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Left(self.value))

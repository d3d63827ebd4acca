"""A report becomes lines of toned text, plain text or JSON: one way for every face.

Nothing here does I/O or knows about Textual, so the screen, `devdash status` and
tests draw the same report alike.
"""

"""devdash: a personal dashboard in the terminal for a developer.

The package itself is empty on purpose: a worker process imports it on its way
to its own module, and pays for every line here.
"""

__version__ = "0.1.0"

"""The values and classes that plug-ins and the core exchange.

Plug-ins import them from `devdash.api`, which is the public name of all this.
"""

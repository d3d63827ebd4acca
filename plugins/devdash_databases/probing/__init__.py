"""The probe's own rooms: they run in a worker process and need nothing but Django.

Nothing here imports devdash, so that another project's interpreter can run it.
"""

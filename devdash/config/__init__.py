"""devdash.toml: found, read, checked, shown, watched.

    locate.find → load.load → model.Settings

A file that cannot be read as a whole raises `errors.ConfigError`. Everything
else that is wrong becomes a `model.Problem` with file and line, all of them at
once. No problem ever repeats a text value of the file: a line number says
where it is, and a value might be a password.
"""

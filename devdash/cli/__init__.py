"""The command line: the same engine and the same actions, without a screen."""

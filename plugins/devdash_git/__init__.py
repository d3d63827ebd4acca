"""The git pane of devdash; `devdash_git.pane` holds the class."""

"""The databases pane of devdash; `devdash_databases.pane` holds the class."""

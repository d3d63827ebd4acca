"""The battery pane of devdash; `devdash_battery.pane` holds the class."""

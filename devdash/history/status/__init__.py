"""The Django app `status`: the level of each pane over time. It may live on MongoDB."""

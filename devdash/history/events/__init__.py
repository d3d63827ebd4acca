"""The Django app `history`: alerts and actions, and the hosts that they come from."""

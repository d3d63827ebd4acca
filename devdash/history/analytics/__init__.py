"""The Django app `analytics`: samples and their roll-ups. It may live on MongoDB."""

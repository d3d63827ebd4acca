"""Files from other repositories: where each is from, what became of it there, and taking it over anew."""

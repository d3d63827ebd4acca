"""Apps of a project that the routers are tried on; their labels are those of the tutorials."""

"""Complete systems built from the pieces of the library."""

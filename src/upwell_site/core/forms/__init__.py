"""Forms of the core, by room."""

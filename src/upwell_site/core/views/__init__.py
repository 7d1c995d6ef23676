"""Pages of the core, by room."""

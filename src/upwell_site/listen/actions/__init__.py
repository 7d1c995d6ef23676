"""Everything that `listen` writes: discussions and their statements, votes, talks."""

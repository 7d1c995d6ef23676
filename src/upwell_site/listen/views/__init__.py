"""Pages of listen: the discussions, hosting one, voting, talks."""

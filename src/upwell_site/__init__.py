"""The Upwell web site: people, places and the seven verbs, on Django."""

"""Pages about people, organisations, programmes, trainings and roles."""

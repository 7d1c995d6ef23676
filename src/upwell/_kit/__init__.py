"""What the engines share: errors, facts in words, progress, tables, geography, lazy names."""

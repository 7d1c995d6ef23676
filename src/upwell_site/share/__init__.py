"""Share: nothing here yet; README.md says what it will be."""

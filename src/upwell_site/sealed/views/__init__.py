"""Pages of sealed: telling us, the desk, the register."""

"""Recognise: no engine yet; README.md says what it will be."""

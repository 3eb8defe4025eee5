"""Draws a laid-out tree of widgets, as plain data, into a page or a picture. Knows no client and no engine."""

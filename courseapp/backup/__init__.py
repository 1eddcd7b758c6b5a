"""Copies of the site that can be put back: made, verified, kept a week at most, restored.

A backup is a folder of its own, complete or not there. The site's database and its files go into
one, the database of readers' keys into another, never both into the same place: whoever has one of
them reads nothing of what readers wrote.
"""

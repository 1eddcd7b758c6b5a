"""`make bench`: how fast the site is, measured against a floor that never changes.

Nothing of the site imports this package. ``runs`` conducts: it starts two processes, the floor and
the site, on a database of their own, and lets them work in turns.
"""

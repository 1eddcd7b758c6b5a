"""Proof of participation: as a PDF for who completed a course, and a page where others check it."""

"""Selling access to courses: empty until something is sold; its place in the tree is fixed."""

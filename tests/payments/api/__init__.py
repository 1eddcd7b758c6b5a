"""Tests of the shop's API."""

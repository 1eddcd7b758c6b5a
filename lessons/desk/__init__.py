"""The staff's pages at ``/beheer/``: a file for each room."""

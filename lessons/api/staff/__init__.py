"""The staff's API: the same acts as the staff's pages, for their programs; a file for each room."""

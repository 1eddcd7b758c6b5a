"""The shop's JSON API: the same acts as its pages, for apps; a file for each thing."""

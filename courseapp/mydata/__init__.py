"""What a person can ask about their own data: all of it in a file, and to be forgotten."""

"""Whether the world believes that mail from our domain is ours: its records in the DNS."""

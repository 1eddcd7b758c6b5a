"""Money in the staff's API: for the owner alone; a machine token needs the scope ``money``."""

"""What every endpoint of the API has in common, whatever app it belongs to."""

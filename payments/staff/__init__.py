"""The staff's pages of money, below ``/beheer/bestellingen/``: for owners only."""

"""The bank: accounts, statements and their lines, and money of unknown origin that goes back."""

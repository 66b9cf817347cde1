"""What the pages of a custodian's officers show."""

"""Money on its way back from projects that failed."""

"""Exchange rates that are trusted. Read only."""

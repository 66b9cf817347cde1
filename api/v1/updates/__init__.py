"""Progress updates."""

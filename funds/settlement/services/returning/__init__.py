"""Money on its way back: divided once, worked off part by part, by provider, officer, or to another project."""

"""Organisations and offices: who applies, who asks, and the administrators who decide."""

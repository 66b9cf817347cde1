"""The public log for programs: plain text, as the standards have it, cacheable for ever where it never changes."""

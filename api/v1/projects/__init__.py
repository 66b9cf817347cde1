"""Projects: what the public sees, and each step an office takes."""

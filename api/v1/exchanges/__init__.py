"""What custodians exchanged at their bank, and how exchanges stand."""

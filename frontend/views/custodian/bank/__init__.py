"""The bank at the custodian's desk: accounts, statements, lines, unknown money, the bank's own picture."""

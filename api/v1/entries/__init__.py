"""The ledger, and the balances of its accounts: read only."""

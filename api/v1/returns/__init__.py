"""Money on its way back: what donors choose, how far it has come, many at once, and receipts on paper."""

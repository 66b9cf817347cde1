"""Exchange rates of the National Bank: read, doubted, decided, used. Never made up."""

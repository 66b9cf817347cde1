"""Forms of pools. Shape only; the rules live in funds.pools, funds.settlement and funds.matching."""

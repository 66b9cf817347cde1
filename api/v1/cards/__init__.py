"""Cards after they have paid: disputes, refunds, payouts, what does not fit, and the reserve."""

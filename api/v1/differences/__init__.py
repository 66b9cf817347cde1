"""Our books beside the bank's and Stripe's."""

"""What looks like abuse, for the officers who decide about it."""

"""Birge: village projects funded together. Who people are, whom they act for, where, and what was done."""

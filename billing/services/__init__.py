"""Billing's rules: the queue's items, questions about them, and exports."""

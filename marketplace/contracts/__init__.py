"""What was agreed, what was delivered, and how both sides judge it."""

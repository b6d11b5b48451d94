"""What buyers look for (需求): written, understood, approved, opened, answered questions about, ended."""

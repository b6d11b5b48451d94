"""Asking suppliers for prices: the basket, requests, questions, and the answers side by side."""

"""Finding things: engines, Chinese text and what a typed query means; knows no concept of the trade."""

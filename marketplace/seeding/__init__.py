"""The demo world: its content, its pictures and the loader that brings them into a database."""

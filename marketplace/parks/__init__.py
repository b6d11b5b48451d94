"""Demonstration bases (示范基地), their dated designations, and which enterprise belongs to which."""

"""How two parties deal: kinds of arrangement and their terms."""

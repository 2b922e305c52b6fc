"""What we know, kept: the record, the index, and the locks that guard them."""

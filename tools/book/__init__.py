"""Pages of the book, made from the lessons as they are stored; nothing is run."""

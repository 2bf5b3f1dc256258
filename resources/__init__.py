"""With what: the resources assets are handed."""

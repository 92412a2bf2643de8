"""Administrative units through time, and the suppliers that cover them."""

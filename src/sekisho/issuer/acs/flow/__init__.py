"""How the ACS decides: authentications, challenges, what it remembers of cards. Pure."""

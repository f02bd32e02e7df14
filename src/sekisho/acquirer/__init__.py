"""Domain 1: the shop, its payment service provider and the 3DS Server."""

"""Pages of the documentation that are printed from the code; `pages` lists them all."""

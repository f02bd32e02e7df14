"""Words that every layer shares: money, cards, brands, identifiers, time and chance as ports."""

"""What every domain stands on; no word of any domain is spoken here."""

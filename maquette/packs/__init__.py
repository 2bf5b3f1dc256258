"""Packs: what a set of finished stickers is handed over as."""

"""Heads of figurines: a person's own, out of a portrait and its landmarks.

What belongs here: where a face goes, and the shape of the head under it. What does not: bodies,
and the colours of a finished figure (`figurine_textures`).
"""

"""Splines: outlines as few points on few keys, the same points on every key.

What belongs here: contours, fitting, keys. What does not: file formats (`maquette.formats`) and
the masks they are fitted to.
"""

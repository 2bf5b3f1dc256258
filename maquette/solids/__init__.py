"""Solids: die-cut cards, their shading and their pictures; later inflation, cleaning, figurines.

What belongs here: making and judging meshes. What does not: files of any format
(`maquette.formats`) and flat pictures (`maquette.pictures`).
"""

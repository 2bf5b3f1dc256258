"""Models that people upload, one module per format, and how their parts become one mesh.

What belongs here: reading foreign bytes with limits. What does not: which format it is and what
its numbers mean (`maquette.formats.models`), and formats that we write ourselves.
"""

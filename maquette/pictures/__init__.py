"""Still pictures: safe decoding, masks, mattes, contact sheets.

What belongs here: whatever turns pictures into pictures. What does not: models (`engines`),
outlines turned into solids (`solids`), file formats that are not pictures (`formats`).
"""

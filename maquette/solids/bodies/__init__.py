"""Bodies: figures of toy proportions, described by the distance to their surface.

Start at `templates.body_of`, which gives a `figures.Body`, and `surfacing.surface_of`, which
makes a closed mesh of it. Lengths are shares of the whole figure's height, base and head
included: y up, standing on y = 0, facing +z, its own left hand at +x.
"""

"""Each line's stages in order, runnable without Dagster.

What belongs here: which stage follows which. What does not: how any of them works.
"""

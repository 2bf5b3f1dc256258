"""The craft: everything that makes something, usable without Dagster.

What belongs here: types, roles, stages, engines, formats. What does not: assets, sensors, jobs,
resources (the folders beside this one), which are thin wiring over it.
"""

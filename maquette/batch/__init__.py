"""Batches: the store, recipes, records, manifests, and the runner with its three stage shapes.

What belongs here: everything that is the same for all stages. What does not: any stage.
"""

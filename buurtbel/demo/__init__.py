"""The main job on simulated people: every phone rings, and each does what it is scripted to do."""

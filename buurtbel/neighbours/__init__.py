"""People and answering machines of the simulated neighbourhood, drawn by seed: far ends of real calls."""

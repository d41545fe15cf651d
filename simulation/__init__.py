"""People, answering machines and their telephones: the far ends of simulated calls."""

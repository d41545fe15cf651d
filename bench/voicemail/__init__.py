"""`make bench-voicemail`: drawn people and answering machines, judged by what they recorded."""

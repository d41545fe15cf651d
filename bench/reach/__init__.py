"""`make bench-reach`: how soon everybody is reached, beside the soonest that these calls allow."""

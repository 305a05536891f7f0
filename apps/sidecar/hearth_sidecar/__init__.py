"""Models that are best run by Python, a process each, at the other end of a pipe."""

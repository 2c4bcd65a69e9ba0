"""Rules of the flow: what is called in which order, what one failure may cost, and what a crash may not."""

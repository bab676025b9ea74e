"""Groups of runs on the page *Runs*: a list of them, and what there is to see of each kind."""

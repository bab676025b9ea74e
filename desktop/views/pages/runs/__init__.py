"""The page *Runs*: every training that was kept, to be found, compared and continued."""

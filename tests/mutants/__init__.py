"""`make mutants`: small changes to the code, one at a time, that a test has to see."""

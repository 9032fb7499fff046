"""How long the local path takes, beside a program written by hand for the same rows. Nothing here is a test."""

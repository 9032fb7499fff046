"""What people read of a release's evidence: the office's whole report (restricted), and what the public is told of it."""

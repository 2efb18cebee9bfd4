"""What is due goes, and a signed certificate says so."""

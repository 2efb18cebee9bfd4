"""What a data protection officer is handed: evidence that was kept, packs made of it, and runs done once more."""

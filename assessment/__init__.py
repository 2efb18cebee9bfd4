"""What someone with a register could learn from encodings: attacks that are really run, at an agency's own desk."""

"""What comes to the host and goes from it on a stick: the same checks, effects and ledger entries as over HTTP."""

"""The service that hosts the matcher. Empty for now; its rule stands: it imports linkage and matcher, never encoder."""

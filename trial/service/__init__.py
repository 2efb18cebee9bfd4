"""The demonstration through a service: the same agencies and records, a host in a process of its own, HTTP between."""

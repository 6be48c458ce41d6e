"""Settings -> House: the only place that picks concrete classes."""

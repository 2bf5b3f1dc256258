"""When it arrives: sensors."""

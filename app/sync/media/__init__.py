"""Registered media (電子媒体): what is plugged in, whether it is ours, reading, writing, wiping."""

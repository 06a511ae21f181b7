"""Security keys and Windows Hello behind one port, and the proof of what they sign."""

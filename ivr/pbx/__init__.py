"""The PBX as the line uses it: live calls, channels, capacity, the dialplan, the trunk."""

"""Every setting: its model, where it is read, and the words for a wrong one."""

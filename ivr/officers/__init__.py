"""Officers on the telephone: signing in, alerts that they speak, and following one."""

"""Who answered and what they heard, told from times, packets and sound: no PBX, no clock."""

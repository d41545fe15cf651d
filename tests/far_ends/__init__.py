"""A SIP trunk of the tests with odd telephones behind it: the dialled number decides what they do."""

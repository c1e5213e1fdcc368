"""End-to-end encryption, as far as the server has a part in it: public keys, and handing on what it cannot read."""

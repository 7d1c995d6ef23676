"""The door: codes, passkeys, invitations, links without an account, and the first start. No passwords anywhere."""

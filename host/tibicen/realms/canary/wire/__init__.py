"""The server role: real clients log in to the world of the Canary realm over TCP."""

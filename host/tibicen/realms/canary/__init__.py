"""The Canary realm: a server's scripts, Canary's or TFS's, unmodified, in a world of their own."""

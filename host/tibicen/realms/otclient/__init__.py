"""The OTClient realm: headless clients whose modules are those of OTClient, unmodified."""

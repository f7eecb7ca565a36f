"""The demo city: everything that the portal can hold, made through the services that people use."""

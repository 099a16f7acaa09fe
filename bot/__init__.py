"""The running service: network, clock, wiring."""

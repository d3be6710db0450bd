"""What sweeps cost at the scale of a company. See ../README.md."""

"""Forms of a village administration. They give what was typed a shape; the services know the rules."""

"""`wenming knowledge …`: reads and writes files here, and has everything else done where the database is."""

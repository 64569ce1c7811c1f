-- What a robot did in a run: 'parked', or NULL where that is not known.
ALTER TABLE robots ADD COLUMN state TEXT;

-- Has a row once the records that lay in the lake were taken in: a catalog that was made
-- beside a lake full of results knows them without being asked to.
CREATE TABLE filled (at_us INTEGER NOT NULL);

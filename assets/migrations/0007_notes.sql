-- What people say of runs, from each log's notes.json.
CREATE TABLE notes (
    log_id      INTEGER NOT NULL REFERENCES logs (id) ON DELETE CASCADE,
    note        TEXT NOT NULL,              -- the note's id
    run         BLOB NOT NULL,              -- as in `runs`
    at_us       INTEGER NOT NULL,
    author      TEXT NOT NULL,
    disposition TEXT,
    reference   INTEGER,
    part        TEXT,
    text        TEXT,
    PRIMARY KEY (log_id, note)
) WITHOUT ROWID;
-- A hash of the log's notes: to tell that another process wrote one.
ALTER TABLE logs ADD COLUMN notes TEXT;
-- What the notes of a run come to.
ALTER TABLE runs ADD COLUMN disposition TEXT;
ALTER TABLE runs ADD COLUMN note TEXT;

-- The first shape of the catalog. Never edited; changes are added as new files.
-- Times are microseconds since 1970-01-01T00:00:00Z unless a name says otherwise.

-- Rules under which logs were harvested: to say what differs when a log is stale.
CREATE TABLE profiles (
    rules   TEXT PRIMARY KEY,
    profile TEXT NOT NULL           -- JSON
) WITHOUT ROWID;

-- One row for every log in the data directory, and for every log in the lake.
CREATE TABLE logs (
    id                INTEGER PRIMARY KEY,
    key               TEXT NOT NULL UNIQUE,
    path              TEXT NOT NULL,        -- below the data directory, harmless text
    state             TEXT NOT NULL,
    reason            TEXT NOT NULL,
    leave_alone       TEXT,
    -- What the last look at the data directory saw; `size` is null when the log is gone.
    file              BLOB,                 -- the real path below the data directory
    format            TEXT,
    size              INTEGER,
    mtime_ns          INTEGER,
    inode             INTEGER,
    folder            TEXT,
    trouble           TEXT,
    footer            INTEGER,              -- 1 whole, 0 not; null: not looked at
    moved_us          INTEGER,              -- when a look saw size or mtime change
    -- What the record says; `harvested_at` is null when there is none.
    harvested_at      INTEGER,
    first_harvested   TEXT,
    error             TEXT,
    rec_size          INTEGER,
    rec_mtime_ns      INTEGER,
    rec_inode         INTEGER,
    content_hash      TEXT,
    rules             TEXT,
    pipeline_version  INTEGER,
    program           TEXT,
    seconds           REAL,
    rows              INTEGER,
    runs_ok           INTEGER,
    runs_failed       INTEGER,
    start_us          INTEGER,
    stop_us           INTEGER,
    verdict           TEXT,
    cells             TEXT,                 -- the one, or `3 cells`
    ledger            TEXT,                 -- JSON
    attempt_at        INTEGER,
    attempt_error     TEXT,
    attempt_lasting   INTEGER,
    attempt_size      INTEGER,
    attempt_mtime_ns  INTEGER,
    attempt_rules     TEXT
);
CREATE INDEX logs_by_content ON logs (content_hash) WHERE content_hash IS NOT NULL;
CREATE INDEX logs_by_inode ON logs (inode) WHERE inode IS NOT NULL;
CREATE INDEX logs_by_recorded_inode ON logs (rec_inode) WHERE rec_inode IS NOT NULL;

-- Past harvests. Not in the lake: a rebuild keeps what is here and adds nothing.
CREATE TABLE harvests (
    id      INTEGER PRIMARY KEY,
    key     TEXT NOT NULL,
    at_us   INTEGER NOT NULL,
    seconds REAL NOT NULL,
    outcome TEXT NOT NULL,
    message TEXT NOT NULL
);
CREATE INDEX harvests_by_key ON harvests (key, at_us);
CREATE INDEX harvests_by_time ON harvests (at_us);

CREATE TABLE runs (
    id             INTEGER PRIMARY KEY,
    log_id         INTEGER NOT NULL REFERENCES logs (id) ON DELETE CASCADE,
    run            BLOB NOT NULL,           -- 16 bytes, big end first
    cell_id        TEXT,
    error          TEXT,
    start_us       INTEGER,
    stop_us        INTEGER,
    runtime_s      REAL,
    distance_mm    TEXT NOT NULL,           -- JSON {robot: mm}
    rows           INTEGER NOT NULL,
    samples        INTEGER NOT NULL,
    complete_rows  INTEGER NOT NULL,
    verdict        TEXT NOT NULL,
    flags          INTEGER NOT NULL,
    file_name      TEXT,
    spark_channel  TEXT,
    spark          BLOB NOT NULL,           -- doubles, little end first, NaN for null
    columns        TEXT NOT NULL,           -- JSON [name], `time` first
    channels       INTEGER NOT NULL,        -- columns without `time`
    ledger         TEXT NOT NULL,           -- JSON
    cells_seen     TEXT NOT NULL,           -- JSON [cell]
    lost_precision INTEGER NOT NULL,
    UNIQUE (log_id, run)
);
CREATE INDEX runs_by_run ON runs (run, log_id);

-- What each run says of its machines.
CREATE TABLE machines (
    run_id          INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    robot           TEXT NOT NULL,
    distance_mm     REAL,
    top_speed_max   REAL,
    top_speed_p999  REAL,
    peak_force_max  REAL,
    peak_force_p999 REAL,
    mean_force      REAL,
    force_samples   INTEGER NOT NULL,
    PRIMARY KEY (run_id, robot)
) WITHOUT ROWID;

-- Statistics of each column of each run's table.
CREATE TABLE channels (
    run_id            INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    name              TEXT NOT NULL,
    count             INTEGER NOT NULL,
    first_time        TEXT,
    last_time         TEXT,
    rate_hz           REAL,
    interval_median_s REAL,
    interval_p95_s    REAL,
    interval_p99_s    REAL,
    interval_max_s    REAL,
    min               REAL,
    max               REAL,
    mean              REAL,
    std               REAL,
    rms               REAL,
    p1                REAL,
    median            REAL,
    p99               REAL,
    peak_to_peak      REAL,
    fill_share        REAL,
    unit              TEXT NOT NULL,
    PRIMARY KEY (run_id, name)
) WITHOUT ROWID;

CREATE TABLE flags (
    run_id     INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    position   INTEGER NOT NULL,            -- as in the record
    rule       TEXT NOT NULL,
    severity   TEXT NOT NULL,
    channel    TEXT,
    start_time TEXT,
    stop_time  TEXT,
    value      REAL,
    threshold  REAL,
    message    TEXT NOT NULL,
    PRIMARY KEY (run_id, position)
) WITHOUT ROWID;

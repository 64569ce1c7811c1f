-- Records as they were when they were taken in, whoever wrote them: another process, a task on
-- another machine. (A catalog that stands in for that of a lake which cannot be written had it.)
CREATE TABLE IF NOT EXISTS followed (folder TEXT PRIMARY KEY, log TEXT NOT NULL, version TEXT NOT NULL)
    WITHOUT ROWID;
CREATE INDEX followed_log ON followed (log);

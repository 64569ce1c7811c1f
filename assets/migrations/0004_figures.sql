-- Figures bear the words of the record: `peak` is the 99.9th percentile, `max` the maximum.
-- Records of version 1 have no peak of a channel.
ALTER TABLE channels ADD COLUMN peak REAL;
ALTER TABLE machines RENAME TO robots;
ALTER TABLE robots RENAME COLUMN top_speed_max TO speed_max;
ALTER TABLE robots RENAME COLUMN top_speed_p999 TO speed_peak;
ALTER TABLE robots RENAME COLUMN peak_force_max TO force_max;
ALTER TABLE robots RENAME COLUMN peak_force_p999 TO force_peak;
ALTER TABLE robots RENAME COLUMN mean_force TO force_mean;

-- What became of a cell: its state, and its text where it is bad.

CREATE TYPE IF NOT EXISTS field_state AS ENUM ('ok', 'empty', 'bad', 'padded', 'serial');

-- ok, empty or bad (padded is for codes alone, serial for dates). ok comes first: a CASE whose
-- first branch takes all rows costs nothing.
CREATE OR REPLACE TEMP MACRO vi_state(cell, cell_value) AS CASE
  WHEN cell_value IS NOT NULL THEN 'ok'::field_state
  WHEN cell IS NULL THEN 'empty'::field_state
  ELSE 'bad'::field_state
END;

-- The text of a bad cell.
CREATE OR REPLACE TEMP MACRO vi_raw(cell, cell_value) AS
  CASE WHEN cell_value IS NOT NULL THEN NULL ELSE cell END;

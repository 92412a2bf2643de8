-- What became of a cell: its state, and its text where it is bad.

CREATE TYPE IF NOT EXISTS field_state AS ENUM ('ok', 'empty', 'bad', 'padded', 'serial');

-- ok, empty or bad (padded is for codes alone, serial for dates). ok comes first: a CASE whose
-- first branch takes all rows costs nothing.
CREATE OR REPLACE MACRO vi_state(cell, cell_value) AS CASE
  WHEN cell_value IS NOT NULL THEN 'ok'::field_state
  WHEN cell IS NULL THEN 'empty'::field_state
  ELSE 'bad'::field_state
END;

-- The same for a date: what machines write for none is empty. What is common is no serial number.
CREATE OR REPLACE MACRO vi_date_state(cell, common, cell_value) AS CASE
  WHEN common IS NOT NULL AND cell_value IS NOT NULL THEN 'ok'::field_state
  WHEN cell_value IS NOT NULL AND vi_is_bare_serial(cell) THEN 'serial'::field_state
  WHEN cell_value IS NOT NULL THEN 'ok'::field_state
  WHEN cell IS NULL OR vi_is_no_date(cell) THEN 'empty'::field_state
  ELSE 'bad'::field_state
END;

-- The text of a bad date.
CREATE OR REPLACE MACRO vi_date_raw(cell, cell_value) AS
  CASE WHEN cell_value IS NOT NULL THEN NULL WHEN vi_is_no_date(cell) THEN NULL ELSE cell END;

-- The text of a bad cell.
CREATE OR REPLACE MACRO vi_raw(cell, cell_value) AS
  CASE WHEN cell_value IS NOT NULL THEN NULL ELSE cell END;

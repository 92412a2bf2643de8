-- Enumerations and yes/no. parsing/choices.py fills in the lists.

-- The value of a name. The two lists go in parallel.
CREATE OR REPLACE MACRO vi_value_named(name, names, name_values) AS
  name_values[list_position(names, name)];

-- 'code - text', 'code. text' or 'code: text' in its two parts.
-- The text beside a code begins with a letter: [a-z] or beyond ASCII, since \pL makes the match ten
-- times slower.
CREATE OR REPLACE MACRO vi_parts(t) AS regexp_extract(
  t, '^([^-–—.:]+?) ?[-–—.:] ?([a-z\x{80}-\x{10FFFF}].*)$', ['code', 'body']);

-- As delivered, then in lower case, then as code and text. The names hold the usual spellings and
-- the lower-case ones.
-- The lambdas name the lists once: DuckDB plans an argument of a macro as often as it is named, and
-- lists of eighty names took nine milliseconds for each column.
CREATE OR REPLACE MACRO vi_choice(t, names, name_values, codes, code_values) AS
  list_transform([vi_parts(lower(t))], lambda part:
    list_transform([
      list_transform([t, lower(t), part.body, part.code],
        lambda name: vi_value_named(name, names, name_values))],
      lambda named: coalesce(named[1], named[2], CASE
        WHEN named[3] IS NULL THEN vi_value_named(part.code, codes, code_values)
        WHEN named[3] = named[4] THEN named[4]
      END))[1])[1];

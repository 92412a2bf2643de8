-- Enumerations and yes/no. parsing/choices.py fills in the lists.

-- The value of a name. The two lists go in parallel.
CREATE OR REPLACE TEMP MACRO vi_value_named(name, names, name_values) AS
  name_values[list_position(names, name)];

-- The value of 'code - text', 'code. text' or 'code: text' from its two parts.
CREATE OR REPLACE TEMP MACRO vi_value_of_parts(part, names, name_values, codes, code_values) AS CASE
  WHEN list_position(names, part.body) IS NULL
  THEN vi_value_named(part.code, codes, code_values)
  WHEN vi_value_named(part.body, names, name_values) = vi_value_named(part.code, names, name_values)
  THEN vi_value_named(part.code, names, name_values)
END;

-- As delivered, then in lower case, then as code and text. The names hold the usual spellings and
-- the lower-case ones.
-- The text beside a code begins with a letter: [a-z] or beyond ASCII, since \pL makes the match ten
-- times slower.
CREATE OR REPLACE TEMP MACRO vi_choice(t, names, name_values, codes, code_values) AS coalesce(
  vi_value_named(t, names, name_values),
  vi_value_named(lower(t), names, name_values),
  vi_value_of_parts(
    regexp_extract(
      lower(t), '^([^-–—.:]+?) ?[-–—.:] ?([a-z\x{80}-\x{10FFFF}].*)$', ['code', 'body']),
    names, name_values, codes, code_values));

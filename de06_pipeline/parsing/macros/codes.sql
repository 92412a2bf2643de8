-- Codes: identifiers kept as text, but for what spreadsheets do to them (parsing/codes.py).

CREATE OR REPLACE MACRO vi_without_spaces(t) AS
  CASE WHEN contains(t, ' ') THEN replace(t, ' ', '') ELSE t END;

CREATE OR REPLACE MACRO vi_is_scientific(t) AS
  regexp_full_match(t, '[0-9]([.,][0-9]+)?[eE]\+[0-9]+|[0-9][.,][0-9]+[eE][0-9]+');

-- A number of digits one short of the full width lost its leading zero.
CREATE OR REPLACE MACRO vi_zero_put_back(t, width) AS
  CASE WHEN strlen(t) = width - 1 AND regexp_full_match(t, '[0-9]+') THEN '0' || t ELSE t END;

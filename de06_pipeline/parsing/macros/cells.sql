-- A cell's text without what programs put around it, or write where there is nothing.

-- ="0012" keeps Excel from taking a code for a number, and an apostrophe before it does the same.
CREATE OR REPLACE MACRO vi_unwrapped(t) AS CASE
  WHEN starts_with(t, '="') AND length(t) > 2 AND ends_with(t, '"') THEN t[3:-2]
  WHEN starts_with(t, '''') THEN t[2:]
  ELSE t
END;

-- Whether a text is one of the words of databases and spreadsheets for no value, or empty.
CREATE OR REPLACE MACRO vi_is_nothing(t) AS regexp_full_match(t,
  '|null|\(null\)|<null>|\[null\]|none|\(none\)|<na>|n/a|n\.a\.|\\n|-|--|–|—|\.\.\.|…|nan|nat',
  'i');

-- Nearly every cell is told by its first bytes, so that no word is compared: what begins with
-- another character than = ' ( < [ \ - . n or N, or has letters first and more than six bytes, is
-- neither wrapped nor one of the words for no value. Whoever adds a word looks at these ranges. Of
-- the rest most are empty. The lambda names once what is dear: DuckDB plans a macro's argument as
-- often as it is named, here in every column.
CREATE OR REPLACE MACRO vi_given(t) AS CASE
  WHEN t IS NULL OR (t >= '0' AND t < ':') OR (t >= 'O' AND t < '[') OR (t >= 'A' AND t < 'N')
    OR (strlen(t) > 6 AND t >= 'A')
  THEN t
  WHEN t <> '' THEN list_filter([vi_unwrapped(t)], lambda u: NOT vi_is_nothing(u))[1]
END;

-- An error of a spreadsheet: #N/A, #REF!, #SPILL!, Err:502, ####.
CREATE OR REPLACE MACRO vi_is_error(t) AS CASE
  WHEN starts_with(t, '#')
  THEN regexp_full_match(t, '#N/A.*|#[A-Z0-9/_]+[!?]|#GETTING_DATA|#{3,}')
  ELSE starts_with(t, 'Err:') AND regexp_full_match(t, 'Err:[0-9]{3}')
END;

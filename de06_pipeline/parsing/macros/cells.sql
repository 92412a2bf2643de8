-- A cell's text without what programs put around it, or write where there is nothing.

-- ="0012" keeps Excel from taking a code for a number, and an apostrophe before it does the same.
CREATE OR REPLACE TEMP MACRO vi_unwrapped(t) AS CASE
  WHEN starts_with(t, '="') AND length(t) > 2 AND ends_with(t, '"') THEN t[3:-2]
  WHEN starts_with(t, '''') THEN t[2:]
  ELSE t
END;

-- NULL for the empty text and for the words of databases and spreadsheets for no value. None of
-- them is longer than six bytes, which is seen without looking at the text.
CREATE OR REPLACE TEMP MACRO vi_not_nothing(t) AS
  CASE WHEN strlen(t) > 6
      OR lower(t) NOT IN (
        '', 'null', '(null)', '<null>', '[null]', 'none', '(none)', '<na>', 'n/a', 'n.a.', '\n',
        '-', '--', '–', '—', '...', '…', 'nan', 'nat')
    THEN t END;

CREATE OR REPLACE TEMP MACRO vi_given(t) AS vi_not_nothing(vi_unwrapped(t));

-- An error of a spreadsheet: #N/A, #REF!, #SPILL!, Err:502, ####.
CREATE OR REPLACE TEMP MACRO vi_is_error(t) AS CASE
  WHEN starts_with(t, '#')
  THEN regexp_full_match(t, '#N/A.*|#[A-Z0-9/_]+[!?]|#GETTING_DATA|#{3,}')
  ELSE starts_with(t, 'Err:') AND regexp_full_match(t, 'Err:[0-9]{3}')
END;

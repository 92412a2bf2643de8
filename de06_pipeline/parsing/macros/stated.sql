-- A number with as many zeros as the word for its scale stands for (triệu: 6); NULL for what is not
-- a number or too large. Needs the macros of numbers.sql.
-- The decimal comma moves to the right in the text: 1,23456 triệu is 1.234.560 exactly, and no
-- product can overflow.
CREATE OR REPLACE MACRO vi_stated(number, zeros) AS CASE
  WHEN zeros = 0 AND vi_is_ambiguous(number) THEN NULL
  WHEN zeros = 0 THEN vi_decimal(number)
  WHEN vi_is_number(number) THEN TRY_CAST(
    replace(split_part(number, ',', 1), '.', '')
    || rpad(split_part(number, ',', 2), zeros, '0')
    || '.' || substr(split_part(number, ',', 2), zeros + 1) || '0' AS DECIMAL(18, 4))
END;

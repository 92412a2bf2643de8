-- Numbers as Vietnamese offices write them: 1.234.567,5.
--
-- A dot groups three digits, a comma begins the decimals. Everything else is bad, since guessing
-- would turn an English 1.234 or 0.500 into a thousandfold value: a dot not followed by exactly
-- three digits, a group after a leading zero, 1,234.5, scientific notation, spaces inside (a joined
-- cell or a footnote mark as often as a thousands mark), units and signs of currency.
-- vi_integer and vi_decimal give NULL for what is not a number.

-- 1234, 1.234, 1.234.567, with or without decimals after a comma, with or without a sign.
CREATE OR REPLACE MACRO vi_is_number(t) AS
  regexp_full_match(t, '[+-]?([0-9]+|[1-9][0-9]{0,2}(\.[0-9]{3})+)(,[0-9]+)?');

-- 12,000 is twelve to Vietnamese and twelve thousand to English eyes; nobody writes a count with
-- three zeros for its decimals, but exports from computers set to English group all of them so, and
-- of rounded figures nothing else tells. 1.234,000, 1234,000 and 0,000 can only be the former.
CREATE OR REPLACE MACRO vi_is_ambiguous(t) AS
  regexp_full_match(t, '[+-]?[1-9][0-9]{0,2},000');

-- BIGINT; decimals only if they are zeros. The first branch, plain digits, is what nearly every
-- cell takes.
CREATE OR REPLACE MACRO vi_integer(t) AS CASE
  WHEN TRY_CAST(t AS BIGINT)::VARCHAR = t THEN TRY_CAST(t AS BIGINT)
  WHEN vi_is_number(t) AND regexp_matches(t, '^[^,]*(,0+)?$') AND NOT vi_is_ambiguous(t)
  THEN TRY_CAST(replace(split_part(t, ',', 1), '.', '') AS BIGINT)
END;

-- DECIMAL(18, 4), further decimals rounded (a spreadsheet's 0,30000000000000004 is 0,3).
CREATE OR REPLACE MACRO vi_decimal(t) AS CASE
  WHEN TRY_CAST(t AS BIGINT)::VARCHAR = t THEN TRY_CAST(t AS DECIMAL(18, 4))
  WHEN vi_is_number(t)
  THEN TRY_CAST(replace(replace(t, '.', ''), ',', '.') AS DECIMAL(18, 4))
END;

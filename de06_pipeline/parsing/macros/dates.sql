-- Dates and times in the forms the source systems write.
--
-- dd/MM/yyyy, dd-MM-yyyy, yyyy-MM-dd (one digit of day or month will do) and yyyyMMdd, alone or
-- followed by a space or T and HH:mm[:ss[.fraction]]; yyyyMMddHHmmss; serial numbers of Excel's
-- 1900 system; yyyy-MM-dd and yyyyMMdd with a time and an offset from UTC. dd.MM.yyyy, clocks such
-- as 12h49, and clocks of twelve hours (1:14:00 CH, SA, AM, PM: Windows set to vi-VN or en-US) are
-- brought into these forms. Values are local times of Vietnam. Years outside 1900 to 2100 are bad,
-- whatever the form.
--
-- The full-width forms are told apart by their length, each by one strptime of fixed width, because
-- a failed strptime costs ten times a successful one. Only what they do not take goes to regular
-- expressions, which accept a superset of them. vi_moment gives NULL for what is not a date.

-- Patterns. Those of the forms accept a superset; strptime decides.
CREATE OR REPLACE MACRO vi_clock_pattern() AS
  '[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)?';
CREATE OR REPLACE MACRO vi_offset_pattern() AS
  'Z|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?';
CREATE OR REPLACE MACRO vi_day_first_pattern() AS
  '([0-9]{1,2}/[0-9]{1,2}/|[0-9]{1,2}-[0-9]{1,2}-)[0-9]{4}([ T]' || vi_clock_pattern() || ')?';
CREATE OR REPLACE MACRO vi_year_first_pattern() AS
  '([0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{8})([ T]' || vi_clock_pattern()
  || ' ?(' || vi_offset_pattern() || ')?)?';
CREATE OR REPLACE MACRO vi_serial_pattern() AS
  '[1-7][0-9]{4}([.,][0-9]+)?';

-- The forms of full width: nearly every cell. NULL for all others.
-- strptime reads the words 'epoch' and 'infinity' as times, so the first character must be a digit.
-- A cast costs half of strptime, but takes more than this form (one digit of a day, a zone,
-- 24:00:00): with the digits, hyphens, space and colons that GLOB asks for, it takes no more.
CREATE OR REPLACE MACRO vi_timestamp_common(t) AS CASE
  WHEN t IS NULL OR t < '0' OR t >= ':' THEN NULL
  WHEN t GLOB '[0-9]???-??-?[0-9] [01]?:[0-9][0-9]:[0-9][0-9]' THEN TRY_CAST(t AS TIMESTAMP)
  WHEN t GLOB '[0-9]???-??-?[0-9] 2[0-3]:[0-9][0-9]:[0-9][0-9]' THEN TRY_CAST(t AS TIMESTAMP)
  WHEN strlen(t) = 19 AND contains(t, '/') THEN try_strptime(t, '%d/%m/%Y %H:%M:%S')
  WHEN strlen(t) = 10 AND contains(t, '/') THEN try_strptime(t, '%d/%m/%Y')
  WHEN strlen(t) = 16 AND contains(t, '/') THEN try_strptime(t, '%d/%m/%Y %H:%M')
  WHEN strlen(t) = 19
  THEN try_strptime(t, ['%Y-%m-%d %H:%M:%S', '%Y-%m-%dT%H:%M:%S', '%d-%m-%Y %H:%M:%S'])
  WHEN strlen(t) = 10 THEN try_strptime(t, ['%Y-%m-%d', '%d-%m-%Y'])
  WHEN strlen(t) = 16
  THEN try_strptime(t, ['%Y-%m-%d %H:%M', '%Y-%m-%dT%H:%M', '%d-%m-%Y %H:%M'])
  WHEN strlen(t) = 14 AND NOT contains(t, ':') THEN try_strptime(t, '%Y%m%d%H%M%S')
  WHEN strlen(t) = 8 AND NOT contains(t, '/') AND NOT contains(t, '-')
  THEN try_strptime(t, '%Y%m%d')
END;

-- Days since 1899-12-30 with the time of day as a fraction, to the second (Excel, 1900 system).
CREATE OR REPLACE MACRO vi_timestamp_serial(t) AS
  TIMESTAMP '1899-12-30' + to_seconds(
    TRY_CAST(round(TRY_CAST(replace(t, ',', '.') AS DOUBLE) * 86400) AS BIGINT));

-- Minutes to add to a time with this offset from UTC ('', 'Z', '+07:00', '+0700', '+07') to make it
-- Vietnam's, UTC+7.
CREATE OR REPLACE MACRO vi_minutes_to_local(zone) AS CASE
  WHEN zone = '' THEN 0
  WHEN zone = 'Z' THEN 420
  ELSE 420 - TRY_CAST(zone[1] || '1' AS INTEGER) * (
    60 * TRY_CAST(zone[2:3] AS INTEGER)
    + coalesce(TRY_CAST(replace(zone[4:], ':', '') AS INTEGER), 0))
END;

-- Date, clock, fraction of a second and offset, already told apart. Formats by likelihood: the
-- full-width ones rarely come here.
CREATE OR REPLACE MACRO vi_timestamp_of_parts(part) AS
  try_strptime(
    part.day || ' ' || CASE WHEN part.clock = '' THEN '0:00' ELSE part.clock END,
    ['%Y-%m-%d %H:%M:%S', '%Y-%m-%d %H:%M', '%d/%m/%Y %H:%M:%S', '%d/%m/%Y %H:%M',
     '%d-%m-%Y %H:%M:%S', '%d-%m-%Y %H:%M', '%Y%m%d %H:%M:%S', '%Y%m%d %H:%M'])
  + to_microseconds(TRY_CAST(rpad(part.fraction[1:6], 6, '0') AS BIGINT))
  + to_minutes(vi_minutes_to_local(part.zone));

-- All forms with strokes and colons, but yyyyMMddHHmmss and serial numbers.
CREATE OR REPLACE MACRO vi_timestamp_usual(t) AS CASE
  WHEN regexp_full_match(t, vi_day_first_pattern()) OR regexp_full_match(t, vi_year_first_pattern())
  THEN list_transform([regexp_extract(
    t, '^([0-9/-]+)(?:[ T]([0-9:]+)(?:[.,]([0-9]+))? ?(Z|[+-][0-9:]+)?)?$',
    ['day', 'clock', 'fraction', 'zone'])], lambda part: vi_timestamp_of_parts(part))[1]
END;

-- 01.07.2024 with strokes, 12h49 and 12h with a colon; what is written as usual stays. Every
-- function names its text as rarely as can be, since it is put in, and planned, wherever it is
-- named; a lambda's parameter is put in once.
CREATE OR REPLACE MACRO vi_usual_writing(t) AS
  regexp_replace(regexp_replace(regexp_replace(t,
    '^([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})', '\1/\2/\3'),
    '( [0-9]{1,2}) ?[hH] ?([0-9]{2})', '\1:\2'),
    '( [0-9]{1,2}) ?[hH]( ?[A-Za-z]{2})?$', '\1:00\2');

-- Without SA or CH behind the clock.
CREATE OR REPLACE MACRO vi_without_half_day(t) AS
  regexp_replace(t, '(:[0-9]{2}) ?(SA|CH|AM|PM|sa|ch|am|pm)$', '\1');

-- What makes the hour of a clock of twelve hours one of twenty-four; NULL where the two contradict
-- each other (13:05 SA). Some write CH behind the twenty-four hours too (13:05 CH).
CREATE OR REPLACE MACRO vi_half_day(hour, half) AS to_hours(CASE
  WHEN half = '' THEN 0
  WHEN half IN ('SA', 'AM') THEN CASE WHEN hour < 12 THEN 0 WHEN hour = 12 THEN -12 END
  WHEN hour >= 12 THEN 0
  WHEN hour > 0 THEN 12
END);
CREATE OR REPLACE MACRO vi_half_day_of(t) AS list_transform(
  [regexp_extract(upper(t), '[ T]([0-9]{1,2}):.*(SA|CH|AM|PM)$', ['hour', 'half'])],
  lambda clock: vi_half_day(TRY_CAST(clock.hour AS INTEGER), clock.half))[1];

-- All forms but yyyyMMddHHmmss and serial numbers.
CREATE OR REPLACE MACRO vi_timestamp_general(t) AS
  list_transform([vi_usual_writing(t)], lambda usual:
    list_transform([vi_without_half_day(usual)], lambda whole: vi_timestamp_usual(whole))[1]
    + vi_half_day_of(usual))[1];

-- What machines write for no date: the smallest and the largest their types can hold, day zero of
-- Excel, a zero, midnight of no day, an input mask left empty (parsing/fields.py).
CREATE OR REPLACE MACRO vi_is_no_date(t) AS regexp_full_match(t,
  '0|0?0:00(:00)?|_*[/.-] ?_*[/.-] ?_*|('
  || '0001([/.-])0?1([/.-])0?1|0?1([/.-])0?1([/.-])0001'
  || '|1753([/.-])0?1([/.-])0?1|0?1([/.-])0?1([/.-])1753'
  || '|1900([/.-])0?1([/.-])0?[01]|0?[01]([/.-])0?1([/.-])1900'
  || '|1899([/.-])12([/.-])3[01]|3[01]([/.-])12([/.-])1899'
  || '|9999([/.-])12([/.-])31|31([/.-])12([/.-])9999'
  || '|0000([/.-])00([/.-])00|00([/.-])00([/.-])0000'
  || ')([ T](00?:00(:00([.,]0+)?)?|23:59(:59([.,]9+)?)?|12:00(:00)?)?( ?(SA|AM|CH|PM|Z))?)?');

-- Whether a local time of Vietnam is of 1900 to 2100.
CREATE OR REPLACE MACRO vi_is_plausible(moment) AS
  moment >= TIMESTAMP '1900-01-01' AND moment < TIMESTAMP '2101-01-01';

-- Serial numbers of five digits: 1927-05-18 (10000) to 2100-12-31 (73415). Dates of birth reach far
-- back; four digits may be a year.
CREATE OR REPLACE MACRO vi_is_serial(t) AS
  t >= '10000' AND t < '73416' AND regexp_full_match(t, vi_serial_pattern());

-- Whether a text that parses is a serial number. Nearly every date has a stroke or a hyphen, which
-- is found without an expression.
CREATE OR REPLACE MACRO vi_is_bare_serial(t) AS
  CASE WHEN contains(t, '/') OR contains(t, '-') THEN false
    ELSE regexp_full_match(t, vi_serial_pattern()) END;

-- A form of full width. What is no moment in one of these is none at all: 31/02/2024.
CREATE OR REPLACE MACRO vi_is_full_width(t) AS regexp_full_match(t,
  '([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}/[0-9]{2}/[0-9]{4}|[0-9]{2}-[0-9]{2}-[0-9]{4})'
  || '( [0-9]{2}:[0-9]{2}(:[0-9]{2})?)?');

-- What is none of the common forms.
CREATE OR REPLACE MACRO vi_timestamp_uncommon(t) AS
  CASE WHEN vi_is_serial(t) THEN vi_timestamp_serial(t) ELSE vi_timestamp_general(t) END;

-- A local time of Vietnam, or NULL for what is not a date; from what is known of the text. Nearly
-- every row takes the first branch. The lambda names once what is dear; but DuckDB compiles every
-- expression in it anew for each vector that has a row for it, a millisecond each, so impossible
-- days, which are sprinkled over large files, do not come there. In two steps, since DuckDB
-- evaluates what a macro names twice as often: parsing/fields.py makes a column of each.
CREATE OR REPLACE MACRO vi_moment(t, common) AS CASE
  WHEN vi_is_plausible(common) THEN common
  WHEN common IS NULL AND NOT vi_is_full_width(t)
  THEN list_filter([vi_timestamp_uncommon(t)], lambda m: vi_is_plausible(m))[1]
END;

-- The first day of Excel's 1900 system stands for no date.
CREATE OR REPLACE MACRO vi_given_moment(moment) AS
  CASE WHEN moment <> TIMESTAMP '1900-01-01' THEN moment END;

-- Whether a date that parses gives a time of day; in a serial number that is a fraction.
CREATE OR REPLACE MACRO vi_has_time(t) AS CASE
  WHEN contains(t, ':') OR contains(t, 'h') OR contains(t, 'H') THEN true
  WHEN regexp_full_match(t, '[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}') THEN false
  WHEN contains(t, ',') OR contains(t, '.') THEN regexp_matches(t, '[.,]0*[1-9]')
  ELSE strlen(t) = 14
END;

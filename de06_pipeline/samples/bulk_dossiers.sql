-- The bulk export of dossiers, from the row number and the seed alone (no random state). Needs the
-- tables `districts` and `catalogue`, and the variables seed, rows, districts, procedures, minutes,
-- month_start and month_end.

CREATE TEMP MACRO draw(i, salt, size) AS
  CAST((hash(i * 64 + salt, getvariable('seed')) // 1024) % size AS BIGINT);

-- Seven faults (0 to 6) in 700 draws: 1 % of the rows break a critical rule. 7 and above: none.
CREATE TEMP VIEW bulk_dossier AS
WITH drawn AS (
  SELECT
    i,
    draw(i, 1, getvariable('districts')) AS district_no,
    draw(i, 2, getvariable('procedures')) AS procedure_no,
    getvariable('month_start') - INTERVAL 20 DAY
      + to_minutes(draw(i, 3, getvariable('minutes'))) AS received,
    draw(i, 4, 30) AS limit_days,
    draw(i, 5, 1000) AS luck,
    CASE WHEN getvariable('with_faults') THEN draw(i, 6, 700) ELSE 7 END AS fault,
    draw(i, 7, 1000000000) AS flags,
    draw(i, 8, 100000000) AS person
  FROM range(getvariable('rows')) AS numbers(i)
), lived AS (
  SELECT
    *,
    greatest(
      received + INTERVAL 90 MINUTE + to_hours((limit_days * luck * 26) // 1000),
      getvariable('month_start')
    ) AS finished
  FROM drawn
), seen AS (
  SELECT *, finished < getvariable('month_end') AS is_closed FROM lived
)
SELECT
  d.agency || '-' || strftime(received, '%y%m%d') || '-' || (100000 + i) AS dossier_code,
  p.code AS procedure_code,
  p.sector AS sector,
  d.agency AS agency_code,
  CASE WHEN p.level = 'Tỉnh' THEN 'UBND tỉnh' ELSE 'UBND ' || d.full_name END AS agency_name,
  p.level AS agency_level,
  d.province_code AS province,
  CASE WHEN fault = 0 THEN 'Huyện Không Có Thật'
    WHEN p.level <> 'Tỉnh' THEN d.code END AS district,
  p.service_level AS service_level,
  CASE WHEN flags % 100 < 68 THEN '2' WHEN flags % 100 < 96 THEN '1' END AS channel,
  received - to_minutes(1 + luck) AS submitted_at,
  CASE WHEN fault = 1 THEN '2024-02-31 08:00:00' ELSE received::VARCHAR END AS received_at,
  date_trunc('day', received) + INTERVAL 17 HOUR + to_days(limit_days::INTEGER) AS due_at,
  CASE WHEN fault = 2 THEN received - INTERVAL 40 DAY
    WHEN is_closed AND fault <> 3 THEN finished END AS finished_at,
  CASE WHEN is_closed AND luck % 2 = 0 AND fault NOT IN (2, 3)
    THEN finished + to_minutes(luck) END AS returned_at,
  CASE WHEN fault = 4 THEN '17' WHEN fault = 3 THEN '9' WHEN NOT is_closed THEN '4'
    WHEN luck % 2 = 1 THEN '9' ELSE '10' END AS status,
  CASE WHEN luck < 50 THEN '1' ELSE '0' END AS supplement_requests,
  CASE WHEN luck < 50 THEN '1,5' END AS supplement_days,
  CASE WHEN fault = 5 THEN '1,234.5' WHEN flags % 7 < 3 THEN '20.000' ELSE '0' END AS fee_vnd,
  CASE WHEN flags % 7 < 2 THEN '1' ELSE '0' END AS online_payment,
  CASE WHEN flags % 11 < 10 THEN '1' ELSE '0' END AS processed_online,
  CASE WHEN flags % 13 < 10 THEN '1' ELSE '0' END AS components_digitised,
  CASE WHEN is_closed THEN CASE WHEN flags % 17 < 13 THEN '1' ELSE '0' END END
    AS electronic_result,
  CASE WHEN flags % 19 < 4 THEN '1' ELSE '0' END AS data_reused,
  CASE WHEN fault = 6 THEN 'có lẽ' WHEN flags % 23 < 15 THEN '1' ELSE '0' END AS national_sync,
  'Công dân' AS applicant_type,
  'Nguyễn Văn Mẫu' AS applicant_name,
  '0' || d.province_code || (person % 2) || (50 + person % 49) || (999000 + person % 1000)
    AS applicant_id,
  '010' || (1000000 + person % 9000000) AS phone,
  CASE WHEN is_closed THEN finished ELSE received END + INTERVAL 5 MINUTE AS updated_at
FROM seen s
JOIN districts d ON d.number = s.district_no
JOIN catalogue p ON p.number = s.procedure_no;

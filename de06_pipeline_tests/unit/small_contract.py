"""A contract small enough to read, correct in everything, for tests that break one thing in it."""

from __future__ import annotations

from pathlib import Path

SMALL = """\
apiVersion: v3.2.0
kind: DataContract
id: visits
name: visits
version: 1.0.0
status: active
description: {purpose: One row per visit.}
team: {name: Công an cấp tỉnh}
slaProperties:
  - {property: dueDay, value: 5, unit: d}
customProperties:
  - {property: titleVi, value: Lượt khách}
  - {property: titleEn, value: Visits}
  - {property: source, value: asm}
  - {property: tolerance, value: 0.02}
  - {property: nilReturn, value: true}
  - {property: snapshot, value: false}
  - {property: areaDate, value: arrived_on}
  - {property: supersedeBy, value: arrived_on}
schema:
  - name: visits
    logicalType: object
    properties:
      - name: visit_id
        businessName: Mã lượt
        description: Identifier of the visit.
        logicalType: string
        physicalType: code
        logicalTypeOptions: {pattern: '[A-Z]+-[0-9]+'}
        required: true
        primaryKey: true
        primaryKeyPosition: 1
        classification: restricted
        quality:
          - name: visits.visit_id.required
            type: custom
            engine: greatExpectations
            severity: error
            description: The visit's ID is missing.
            implementation: {type: expect_column_values_to_not_be_in_set, kwargs: {column: visit_id_state, value_set: [empty]}}
            customProperties: [{property: messageVi, value: Thiếu mã lượt.}, {property: isKey, value: true}]
          - name: visits.visit_id.shape
            type: custom
            engine: greatExpectations
            severity: error
            description: The visit's ID has the wrong shape.
            implementation: {type: expect_column_values_to_not_be_in_set, kwargs: {column: visit_id_state, value_set: [bad]}}
            customProperties: [{property: messageVi, value: Mã lượt sai cấu trúc.}, {property: isKey, value: true}]
      - name: province
        businessName: Tỉnh/Thành phố
        description: Province of the visit.
        logicalType: string
        physicalType: province
        required: true
        classification: public
        quality:
          - name: visits.province.area
            type: custom
            engine: greatExpectations
            severity: error
            description: The province is missing, unknown or another supplier's.
            implementation:
              type: expect_column_values_to_not_be_in_set
              kwargs: {column: province_state, value_set: [empty, unknown, outside]}
            customProperties: [{property: messageVi, value: "Tỉnh thiếu, không có hoặc của đơn vị khác."}]
      - name: channel
        businessName: Kênh
        synonyms: [{synonym: Kênh gửi}]
        description: How the visit was told.
        logicalType: integer
        physicalType: enum
        classification: public
        enum:
          - {value: 1, label: Trực tiếp}
          - {value: 2, label: Trực tuyến, customProperties: [{property: aliases, value: [Online]}]}
        customProperties: [{property: absentColumn, value: {means: unknown}}, {property: default, value: '1'}]
        quality:
          - name: visits.channel.enum
            type: custom
            engine: greatExpectations
            severity: error
            description: The channel is not in the list.
            implementation: {type: expect_column_values_to_not_be_in_set, kwargs: {column: channel_state, value_set: [bad]}}
            customProperties: [{property: messageVi, value: Kênh ngoài danh mục.}]
      - name: arrived_on
        businessName: Ngày đến
        description: Day of arrival.
        logicalType: date
        physicalType: date
        classification: restricted
        customProperties: [{property: absentColumn, value: {means: unknown}}]
        quality:
          - name: visits.arrived_on.parse
            type: custom
            engine: greatExpectations
            severity: error
            description: The day is not a real date.
            implementation: {type: expect_column_values_to_not_be_in_set, kwargs: {column: arrived_on_state, value_set: [bad]}}
            customProperties: [{property: messageVi, value: Ngày đến không có thật.}]
      - name: guest
        businessName: Họ tên
        description: Name of the guest; never stored.
        logicalType: string
        physicalType: text
        classification: pii
        customProperties: [{property: absentColumn, value: {means: unknown}}]
      - name: is_in_month
        description: The arrival lies in the month.
        logicalType: boolean
        physicalType: yes_no
        classification: public
        transformLogic: arrived_on >= month_start and arrived_on < month_end
        customProperties: [{property: derived, value: true}, {property: stored, value: false}]
    quality:
      - name: visits.arrived_on.in_month
        type: custom
        engine: greatExpectations
        severity: warning
        description: The arrival is not in the month.
        implementation:
          type: expect_column_values_to_be_in_set
          kwargs: {column: is_in_month, value_set: [true]}
          rowCondition: channel = 1
        customProperties: [{property: messageVi, value: Ngày đến ngoài tháng.}, {property: fields, value: [arrived_on]}]
"""


def write(
    folder: Path, old: str = "", new: str = "", count: int = 1, name: str = "visits.odcs.yaml"
) -> Path:
    """Write the small contract with ``old`` replaced by ``new`` at its first ``count`` places (-1:
    all).
    """
    assert old in SMALL
    path = folder / name
    path.write_text(SMALL.replace(old, new, count) if old else SMALL, encoding="utf-8")
    return path

"""The International Patient Summary of a patient, made from the record when it is asked for.

`sections` says what belongs into which section, `narrative` how it reads, `document` puts the
Bundle together. https://hl7.org/fhir/uv/ips/
"""

"""Bulk data: exports and imports as jobs in the database, done step by step by a runner.

`jobs` is the life of a job, `exports` and `imports` say what one step of each does. Nothing of a
job lies in a file or a broker: any runner of any machine goes on where another stopped.
https://hl7.org/fhir/uv/bulkdata/export.html
"""

"""The XML namespaces of a FHIR resource and of its narratives."""

FHIR = "http://hl7.org/fhir"
XHTML = "http://www.w3.org/1999/xhtml"

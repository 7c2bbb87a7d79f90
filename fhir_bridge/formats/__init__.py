"""The formats of FHIR on the wire: JSON, which is what is stored, and XML, made from it and read
into it. Which one an answer has: `negotiation`."""

from fhir_bridge.formats.negotiation import (
    CONTENT_TYPES,
    FORM,
    MEDIA_TYPES,
    Format,
    answer_format,
)
from fhir_bridge.formats.xml_reading import xml_read
from fhir_bridge.formats.xml_writing import xml_write

__all__ = [
    "CONTENT_TYPES",
    "FORM",
    "MEDIA_TYPES",
    "Format",
    "answer_format",
    "xml_read",
    "xml_write",
]

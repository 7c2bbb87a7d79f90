"""Does a resource keep the rules of R4 and of the profiles it names? What `$validate` asks beyond
the structure that every write passes: invariants, bindings, profiles.

`conformance` is the way in; tree.py reads StructureDefinitions, instances.py walks resources with
their types, checking.py holds one against the other.

Source: https://hl7.org/fhir/R4/profiling.html, https://hl7.org/fhir/R4/validation.html
"""

from fhir_bridge.profiles.checking import conformance

__all__ = ["conformance"]

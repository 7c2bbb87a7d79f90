"""Code lists that the operator downloads or is licensed for, read into CodeSystem resources.

One module a list. None of their texts is part of the product; a list that is loaded serves every
organisation of the installation, in terminology operations and in billing.
"""

from fhir_bridge.code_lists.common import CodeList, CodeListError
from fhir_bridge.code_lists.lists import KINDS, code_list_load, code_list_read

__all__ = ["KINDS", "CodeList", "CodeListError", "code_list_load", "code_list_read"]

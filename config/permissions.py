from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView


class DenyAll(BasePermission):
    """Refuses everybody: the default of an endpoint that forgot to say who may call it."""

    def has_permission(self, request: "Request", view: "APIView") -> bool:
        return False

"""Uploads are refused while they arrive, not after they filled the disk."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class BoundedUpload(FileUploadHandler):
    """Ends a request whose files are together longer than DATA_UPLOAD_MAX_MEMORY_SIZE.

    Django's own limit leaves files out, and the CSRF check reads a body before anybody is asked
    who they are. First in FILE_UPLOAD_HANDLERS; it stores nothing and passes every chunk on.
    """

    received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.received > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig("The files of a request are longer than is allowed")
        return raw_data

    def file_complete(self, file_size: int) -> Any:
        return None

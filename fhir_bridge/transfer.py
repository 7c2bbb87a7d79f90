"""Bodies on the wire: in chunks, compressed with gzip; answers compressed for who accepts it.

What is sent is unpacked up to the limit of plain bodies and not a byte further, so a small body
cannot become a large one. https://hl7.org/fhir/R4/http.html#compression
"""

import gzip
import zlib
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.cache import patch_vary_headers

from fhir_bridge.outcomes import Invalid, Issue, TooLarge, UnsupportedMediaType

# Below this an answer fits in a packet anyway.
WORTHWHILE = 1_024
# Most of the gain for a fifth of the time of the default 9.
_LEVEL = 4
_GZIP_WINDOW = 16 + zlib.MAX_WBITS


def received(http: HttpRequest) -> bytes:
    """A request's body, whether its length was told or it came in chunks, which Django takes for
    an empty one. Raises TooLarge."""
    limit: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    environ = http.META
    chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
    # Only a server that ends the stream itself says so: another would wait for more.
    if chunked and environ.get("wsgi.input_terminated") and not hasattr(http, "_body"):
        content = environ["wsgi.input"].read(limit + 1)
        if len(content) > limit:
            raise TooLarge(limit)
        http._body = content
    try:
        return http.body
    except RequestDataTooBig:
        raise TooLarge(limit) from None


def decoded(content: bytes, encoding: str) -> bytes:
    """A request's body as it was before Content-Encoding.

    Raises UnsupportedMediaType for anything but gzip, Invalid for a body that is not, TooLarge.
    """
    match encoding.strip().lower():
        case "" | "identity":
            return content
        case "gzip" | "x-gzip":
            return _unpacked(content, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    raise UnsupportedMediaType("A body may be compressed with gzip, else not at all")


def _unpacked(content: bytes, limit: int) -> bytes:
    unpacking = zlib.decompressobj(wbits=_GZIP_WINDOW)
    try:
        plain = unpacking.decompress(content, limit + 1)
    except zlib.error:
        raise Invalid([Issue("structure", "The body is not gzip")]) from None
    if len(plain) > limit:
        raise TooLarge(limit)
    if not unpacking.eof or unpacking.unused_data:
        raise Invalid([Issue("structure", "The gzip body is cut off, or more than one")])
    return plain


def encode(response: HttpResponse, accepted: str) -> None:
    """Compress an answer in place when it is long and the client accepts it."""
    if len(response.content) < WORTHWHILE:
        return
    patch_vary_headers(response, ["Accept-Encoding"])
    if _accepts_gzip(accepted):
        response.content = gzip.compress(response.content, _LEVEL, mtime=0)
        response["Content-Encoding"] = "gzip"


def encode_stream(response: StreamingHttpResponse, accepted: str) -> None:
    """The same for an answer that comes in pieces, whatever its length."""
    patch_vary_headers(response, ["Accept-Encoding"])
    if _accepts_gzip(accepted):
        response.streaming_content = _packed(response.streaming_content)  # type: ignore[arg-type]
        response["Content-Encoding"] = "gzip"


def _packed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packing = zlib.compressobj(1, wbits=_GZIP_WINDOW)
    for piece in pieces:
        if packed := packing.compress(piece):
            yield packed
    yield packing.flush()


def _accepts_gzip(accepted: str) -> bool:
    """Whether Accept-Encoding lists gzip (or anything), with a weight above nothing."""
    weights: dict[str, str] = {}
    for each in accepted.lower().split(","):
        name, _, weight = each.partition(";")
        weights[name.strip()] = weight.replace(" ", "").removeprefix("q=")
    try:
        return float(weights.get("gzip", weights.get("*", "0")) or "1") > 0
    except ValueError:
        return False

"""XML both ways: the same resource, whatever it was sent as and is asked for in."""

from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from fhir_bridge import definitions, store
from fhir_bridge.documents import parse
from fhir_bridge.elements import children
from fhir_bridge.formats import answer_format, xml_read, xml_write
from fhir_bridge.outcomes import Invalid, NotAcceptable
from tests.fhir.record import Api, bundle, equal, observation, patient, posted, put, refused, system

XML = "application/fhir+xml"
NAMESPACE = "http://hl7.org/fhir"
DIV = (
    '<div xmlns="http://www.w3.org/1999/xhtml">a &amp; b<br />\n<!-- c --><b title=\'x"y\'>d</b>'
    "<![CDATA[<e>]]></div>"
)
RICH = """{"resourceType":"Observation","id":"o","meta":{"profile":["http://x.example/a"]},
"text":{"status":"generated","div":%s},
"contained":[{"resourceType":"Patient","id":"p","gender":"female","_gender":{"id":"g"}}],
"extension":[{"url":"http://x.example","valueDecimal":1.00},
 {"url":"http://x.example","valueDecimal":1e-22},
 {"url":"http://y.example","extension":[{"url":"z","valueInteger":-3},{"url":"b","valueBoolean":false}]}],
"status":"final","code":{"id":"c","text":"line\\nbreak\\tand <\\"&'> 😀"},
"subject":{"reference":"#p"},
"_effectiveDateTime":{"extension":[{"url":"http://x.example","valueCode":"unknown"}]},
"valueQuantity":{"value":100.0,"unit":"mg"},
"component":[{"code":{"text":"a"},"valueString":"s"},{"code":{"text":"b"},"valueSampledData":
 {"origin":{"value":0},"period":10,"dimensions":1,"data":"1 2"}}]}"""


def resource(text: str) -> dict[str, Any]:
    return parse(text).value


def rich() -> dict[str, Any]:
    from fhir_bridge.documents import dumps

    return resource(RICH % dumps(DIV).decode())


def xml(body: str, name: str = "Patient", more: str = "") -> bytes:
    return f'<{name} xmlns="{NAMESPACE}"{more}>{body}</{name}>'.encode()


@pytest.mark.parametrize("pretty", [False, True])
def test_a_resource_survives_the_way_through_xml(pretty: bool) -> None:
    assert equal(xml_read(xml_write(rich(), pretty=pretty)), rich())


def test_nulls_in_arrays_keep_values_and_extensions_in_step() -> None:
    names = resource(
        '{"resourceType":"Patient","name":[{"given":["a",null,"c"],"_given":[null,'
        '{"extension":[{"url":"u","valueString":"s"}]},{"id":"3"}]}]}'
    )
    assert equal(xml_read(xml_write(names)), names)


def test_elements_are_written_in_the_order_of_their_definitions() -> None:
    mixed = dict(reversed(rich().items())) | {"resourceType": "Observation"}
    root = etree.fromstring(xml_write(mixed))
    names = [etree.QName(each).localname for each in root]
    order = list(children("Observation"))
    assert names == sorted(names, key=order.index)
    assert {etree.QName(each).namespace for each in root} == {NAMESPACE}
    assert (root[0].tag, root[0].get("value")) == (f"{{{NAMESPACE}}}id", "o")
    by_name = {etree.QName(each).localname: each for each in root}
    assert by_name["extension"].get("url") == "http://y.example"
    assert by_name["code"].get("id") == "c"


def test_a_narrative_that_is_no_xml_is_shown_as_text() -> None:
    def shown(div: str) -> str:
        narrative = {"resourceType": "Patient", "text": {"status": "generated", "div": div}}
        return str(xml_read(xml_write(narrative))["text"]["div"])

    assert shown(DIV) == DIV
    start = '<div xmlns="http://www.w3.org/1999/xhtml">'
    assert shown(f"{start}a&nbsp;b&amp;</div>") == f"{start}a\u00a0b&amp;</div>"
    broken = shown(f"{start}<br></div>")
    assert etree.fromstring(broken).text == f"{start}<br></div>"
    assert "\x07" not in shown(f"{start}\x07</div>")


def test_other_prefixes_and_schema_locations_are_read() -> None:
    text = (
        '\ufeff<?xml version="1.0" encoding="UTF-8"?><!-- c --><f:Patient '
        'xmlns:f="http://hl7.org/fhir" xmlns:h="http://www.w3.org/1999/xhtml" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b">'
        '<f:text><f:status value="generated"/><h:div>a<h:br/><h:p xml:lang="en" class="c">&lt;'
        "</h:p></h:div></f:text><f:multipleBirthInteger value='+2'/></f:Patient>"
    )
    read = xml_read(text.encode())
    assert read["multipleBirthInteger"] == 2
    assert read["text"]["div"] == (
        '<div xmlns="http://www.w3.org/1999/xhtml">a<br></br><p xml:lang="en" class="c">&lt;</p>'
        "</div>"
    )


BAD: dict[str, tuple[bytes, str, str]] = {
    "external entity": (
        b'<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        + xml('<gender value="&x;"/>'), "structure", ""),
    "external parameter entity": (
        b'<!DOCTYPE p [<!ENTITY % x SYSTEM "http://127.0.0.1:1/x"> %x;]>' + xml(""),
        "structure", ""),
    "external type declaration": (b'<!DOCTYPE p SYSTEM "http://127.0.0.1:1/">' + xml(""),
                                  "structure", ""),
    "billion laughs": (
        b'<!DOCTYPE p [<!ENTITY a "ha">' + b"".join(
            b'<!ENTITY %c "%s">' % (97 + n, b"&%c;" % (96 + n) * 10) for n in range(1, 20)
        ) + b"]>" + xml('<gender value="&t;"/>'), "structure", ""),
    "quadratic blowup": (
        b'<!DOCTYPE p [<!ENTITY a "' + b"a" * 50_000 + b'">]>'
        + xml("<gender value='" + "&a;" * 1_000 + "'/>"), "structure", ""),
    "undeclared entity": (xml('<gender value="&nbsp;"/>'), "structure", ""),
    "XInclude": (xml('<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>'),
                 "structure", "Patient.include"),
    "no namespace": (b"<Patient/>", "structure", ""),
    "another namespace": (b'<Patient xmlns="urn:hl7-org:v3"/>', "structure", ""),
    "no resource": (xml("", "HumanName"), "structure", ""),
    "unknown element": (xml('<colour value="red"/>'), "structure", "Patient.colour"),
    "unknown attribute": (xml('<gender code="x"/>'), "structure", "Patient.gender.code"),
    "text": (xml("<gender>male</gender>"), "structure", "Patient.gender"),
    "a value that is no element": (xml('<name value="x"/>'), "structure", "Patient.name[0].value"),
    "an element twice": (xml('<gender value="male"/><gender value="male"/>'), "structure",
                         "Patient.gender"),
    "nothing in it": (xml("<gender/>"), "structure", "Patient.gender"),
    "an empty complex element": (xml("<name/>"), "structure", "Patient.name[0]"),
    "an empty value": (xml('<name><family value=""/></name>'), "value", "Patient.name[0].family"),
    "no boolean": (xml('<active value="yes"/>'), "value", "Patient.active"),
    "no integer": (xml('<multipleBirthInteger value="1.0"/>'), "value",
                   "Patient.multipleBirthInteger"),
    "no date": (xml('<birthDate value="2024-02-30"/>'), "value", "Patient.birthDate"),
    "nothing contained": (xml("<contained/>"), "structure", "Patient.contained[0]"),
    "two contained in one": (xml("<contained><Patient/><Patient/></contained>"), "structure",
                             "Patient.contained[0]"),
    "foreign narrative": (xml('<text><status value="empty"/><div value="x"/></text>'), "structure",
                          "Patient.text.div"),
    "too deep": (b"<a>" * 5_000, "structure", ""),
    "deep inside": (xml("<extension>" * 500), "structure", ""),
    "deep narrative": (xml('<text><div xmlns="http://www.w3.org/1999/xhtml">' + "<b>" * 500),
                       "structure", ""),
    "cut off": (xml("<name>")[:-12], "structure", ""),
    "UTF-16": ('<?xml version="1.0" encoding="UTF-16"?><a/>'.encode("utf-16"), "structure", ""),
    "says Latin-1": (b'<?xml version="1.0" encoding="ISO-8859-1"?>' + xml(""), "structure", ""),
    "not UTF-8": (xml('<gender value="\u00e9"/>').replace(b"\xc3", b""), "structure", ""),
    "a null character": (xml('<gender value="&#0;"/>'), "structure", ""),
    "JSON": (b'{"resourceType":"Patient"}', "structure", ""),
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("body", "code", "where"), BAD.values(), ids=BAD.keys())
def test_bad_xml_is_refused_with_an_outcome(body: bytes, code: str, where: str) -> None:
    response = Api().post("/Patient", body, content_type=XML, accept="application/json")
    refused(response, 400, code, where)
    assert "root:" not in response.content.decode()
    assert store.history_page(system()).total == 0


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [XML, "application/xml", "text/xml", f"{XML}; charset=UTF-8"])
def test_a_client_of_xml_creates_reads_replaces_and_searches(kind: str) -> None:
    api = Api()
    made = api.post("/Patient", xml('<name><family value="Quill"/></name>'), content_type=kind)
    assert made.status_code == 201
    assert made["Content-Type"] == "application/fhir+xml; charset=utf-8"
    value = xml_read(made.content)
    path = f"/Patient/{value['id']}"
    assert equal(xml_read(api.get(path, accept=XML).content), api.get(path).json())
    replaced = api.put(path, xml_write(value | {"gender": "female"}), content_type=kind)
    assert xml_read(replaced.content)["meta"]["versionId"] == "2"
    found = xml_read(api.get("/Patient?family=quill&_format=xml").content)
    assert found["entry"][0]["resource"]["gender"] == "female"
    parameters = {"resourceType": "Parameters", "parameter": [{"name": "operation", "part": [
        {"name": "type", "valueCode": "delete"}, {"name": "path", "valueString": "Patient.gender"},
    ]}]}  # fmt: skip
    patched = api.call("PATCH", path, xml_write(parameters), content_type=kind)
    assert patched.status_code == 200, patched.content
    assert "gender" not in xml_read(patched.content)
    refused(api.post("/Patient", b"{}", content_type=kind, accept="application/json"), 400)


@pytest.mark.django_db
def test_bundles_come_and_go_as_xml() -> None:
    api = Api()
    sent = bundle(put(patient(id="p")), posted(observation("Patient/p"), "urn:uuid:1"))
    for kind in ("transaction", "batch"):
        answer = api.post("", xml_write(sent | {"type": kind}), content_type=XML)
        assert answer.status_code == 200, answer.content
        value = xml_read(answer.content)
        assert value["type"] == f"{kind}-response"
        assert len(value["entry"]) == 2
    history = xml_read(api.get("/Patient/p/_history?_format=xml&_pretty=true").content)
    assert history["total"] == 2


@pytest.mark.django_db
def test_errors_come_in_the_format_that_was_asked_for() -> None:
    for api, path, status in ((Api(scopes=None), "/Patient/p", 401), (Api(), "/Patient/p", 404)):
        response = api.get(path, accept=XML)
        assert response.status_code == status
        assert response["Content-Type"].startswith(XML)
        assert xml_read(response.content)["resourceType"] == "OperationOutcome"
    response = Api().get("/Patient?birthdate=x&_format=application/fhir%2Bxml")
    assert xml_read(response.content)["issue"][0]["severity"] == "error"
    refused(Api().get("/Patient/p", accept="text/html"), 406, "not-supported")
    refused(Api().get("/Patient/p?_format=ttl", accept=XML), 406, "not-supported")


@pytest.mark.django_db
def test_the_format_may_stand_in_the_body_of_a_posted_search() -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p"))
    form = "application/x-www-form-urlencoded"
    for path in ("/Patient/_search", "/_search?_type=Patient"):
        answer = api.post(path, b"_format=xml&_id=p", content_type=form, accept="text/html")
        assert xml_read(answer.content)["entry"][0]["resource"]["id"] == "p"
    refused(api.post("/Patient/_search", b"_format=ttl", content_type=form), 406)
    refused(api.post("/Patient/_search", b"{}", content_type="application/json"), 415)


@pytest.mark.django_db
def test_head_and_gzip_hold_for_xml_too() -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p", name=[{"family": "x" * 3_000}]))
    plain = api.get("/Patient/p", accept=XML)
    head = api.call("HEAD", "/Patient/p", accept=XML)
    assert head["Content-Length"] == str(len(plain.content))
    assert head["Content-Type"] == plain["Content-Type"]
    packed = api.get("/Patient/p", accept=XML, accept_encoding="gzip")
    assert packed["Content-Encoding"] == "gzip"


@pytest.mark.parametrize(
    ("format_", "accept", "sent", "wanted"),
    [
        ("", "", "", "json"),
        ("", "*/*", "", "json"),
        ("", "application/fhir+xml", "", "xml"),
        ("", "application/xml", "application/fhir+json", "xml"),
        ("", "text/xml", "", "xml"),
        ("", "text/json", "", "json"),
        ("", "*/*", "application/fhir+xml; charset=utf-8", "xml"),
        ("", "", "application/fhir+xml", "xml"),
        ("", "", "application/x-www-form-urlencoded", "json"),
        ("", "application/fhir+xml;q=0.5, application/fhir+json", "", "json"),
        ("", "application/fhir+json;q=0.5, application/fhir+xml;q=0.7", "", "xml"),
        ("", "application/fhir+json, application/fhir+xml", "", "json"),
        ("", "application/fhir+xml, application/fhir+json", "", "xml"),
        ("", "application/fhir+xml, */*", "", "xml"),
        ("", "application/fhir+xml;q=0.1, */*", "", "json"),
        ("", "application/fhir+json;q=0, */*", "", "xml"),
        ("", "text/html, application/xml;q=0.9, */*;q=0.8", "", "xml"),
        ("", "text/html, */*;q=0.1", "", "json"),
        ("", "application/*;q=0.5, text/html", "", "json"),
        ("", "application/fhir+json; fhirVersion=5.0, application/fhir+xml;q=0.1", "", "xml"),
        ("", 'application/fhir+json; fhirVersion="4.0"', "", "json"),
        ("xml", "application/fhir+json", "", "xml"),
        ("application/fhir xml", "application/fhir+json", "", "xml"),
        ("json", "application/fhir+xml", "application/fhir+xml", "json"),
        ("text/xml", "", "", "xml"),
        ("application/json", "text/html", "", "json"),
        ("", "text/html", "", None),
        ("", "application/fhir+json;q=0", "", None),
        ("", "application/fhir+json; fhirVersion=5.0", "", None),
        ("", "application/fhir+turtle", "", None),
        ("", "application/fhir+json;q=often", "", None),
        ("ttl", "application/fhir+json", "", None),
        ("", "json", "", None),
    ],
)
def test_the_format_of_an_answer_follows_the_request(
    format_: str, accept: str, sent: str, wanted: str | None
) -> None:
    if wanted is None:
        with pytest.raises(NotAcceptable):
            answer_format(format_, accept, sent)
    else:
        assert answer_format(format_, accept, sent) == wanted


def test_every_type_has_its_place_in_the_definitions() -> None:
    for name in definitions.resource_types():
        empty = {"resourceType": name}
        assert xml_read(xml_write(empty)) == empty


def resources(folder: Path) -> list[dict[str, Any]]:
    files = sorted((folder / "us-core-examples" / "input" / "examples").glob("*.json"))
    return [parse(path.read_bytes()).value for path in files]


def survive(each: dict[str, Any]) -> bool:
    return equal(xml_read(xml_write(each)), each)


@pytest.mark.shared
def test_every_us_core_example_survives_xml(shared_data: Path) -> None:
    listed = resources(shared_data)
    assert len(listed) == 229
    assert all(survive(each) for each in listed)


@pytest.mark.shared
def test_a_synthea_bundle_survives_xml(shared_data: Path) -> None:
    files = (shared_data / "synthea-r4" / "dev").glob("*.json")
    value = parse(min(files, key=lambda path: path.stat().st_size).read_bytes()).value
    assert survive(value)


@pytest.mark.shared
@pytest.mark.slow
def test_every_synthea_resource_survives_xml(shared_data: Path) -> None:
    total = 0
    for path in sorted((shared_data / "synthea-r4" / "dev").glob("*.json")):
        for entry in parse(path.read_bytes()).value["entry"]:
            assert survive(entry["resource"]), entry["fullUrl"]
            total += 1
    assert total == 20_178


def test_what_is_no_number_is_not_guessed() -> None:
    for text in ("+1.0", "01", ".5", "1.", "NaN", "1e999", "0x1", " 1"):
        value = f'<extension url="u"><valueDecimal value="{text}"/></extension>'
        with pytest.raises(Invalid):
            xml_read(xml(value))

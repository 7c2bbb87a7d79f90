"""The workflow's own JSON API: thin views over the services and selectors that the pages use.

Session authentication with CSRF; every view names its roles in `policy`. Errors are
`{"code", "message", "details"}` with the status of the WorkflowError.
"""

from typing import Any

from django.conf import settings
from django.utils.dateparse import parse_date
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

from ehr import selectors
from ehr.api_data import as_data
from ehr.exceptions import BadInput, WorkflowError
from ehr.permissions import PHYSICIAN, RolePermission
from ehr.services import codes, drafts, levels, notes, queries, style, visits


class ChallengingSession(SessionAuthentication):
    """Session authentication that answers 401 to a caller who is not signed in."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """A WorkflowError as JSON; everything else as REST framework says it."""
    if isinstance(error, WorkflowError):
        body = {"code": error.code, "message": str(error), "details": error.details}
        return Response(body, status=error.status)
    response = exception_handler(error, context)
    if response is not None and isinstance(error, APIException):
        response.data = {"code": error.default_code, "message": error.detail, "details": {}}
    return response


class PhysicianView(APIView):
    """What every endpoint here shares."""

    policy = (PHYSICIAN,)
    permission_classes = [RolePermission]
    authentication_classes = [ChallengingSession]

    def get_exception_handler(self) -> Any:
        return handle


def _valid(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    checked = serializer(data=request.data)
    if not checked.is_valid():
        # Names of fields only: a value may be a patient's.
        raise BadInput(fields=sorted(checked.errors))
    return dict(checked.validated_data)


class WorklistView(PhysicianView):
    """GET ?day=2026-03-01: the organisation's visits of a day."""

    def get(self, request: Request) -> Response:
        try:
            day = parse_date(request.query_params.get("day", ""))
        except ValueError:
            day = None
        if day is None or not selectors.day_shown(day):
            raise BadInput(fields=["day"])
        return Response(as_data(selectors.worklist(request.user, day)))


class VisitView(PhysicianView):
    def get(self, request: Request, visit_id: int) -> Response:
        return Response(as_data(selectors.visit_detail(request.user, visit_id)))


class WordsInput(serializers.Serializer[Any]):
    text = serializers.CharField(trim_whitespace=False, allow_blank=True)
    name = serializers.CharField(required=False, default="", allow_blank=True, max_length=200)
    language = serializers.ChoiceField(["en", "fr"], required=False, default=None, allow_null=True)
    template = serializers.CharField(required=False, default="soap", max_length=40)


class FileInput(serializers.Serializer[Any]):
    file = serializers.FileField(allow_empty_file=True)  # emptiness is said by the words' reader
    language = serializers.ChoiceField(["en", "fr"], required=False, default=None, allow_null=True)
    template = serializers.CharField(required=False, default="soap", max_length=40)


class VisitTextView(PhysicianView):
    """POST {text, name?, language?, template?}, or a file `file` as multipart: 202 and the draft's
    status. The same words again give the same draft."""

    def post(self, request: Request, visit_id: int) -> Response:
        if "file" in request.FILES:
            given = _valid(FileInput, request)
            # One byte more than is allowed is enough for the service to say so.
            data = given["file"].read(settings.VISIT_TEXT_MAX_BYTES + 1)
            name = given["file"].name or ""
        else:
            given = _valid(WordsInput, request)
            data, name = given["text"].encode("utf-8", "surrogatepass"), given["name"]
        draft = visits.visit_text_submit(
            user=request.user,
            visit_id=visit_id,
            data=data,
            name=name,
            language=given["language"] or None,
            template=given["template"],
        )
        return Response(as_data(selectors.draft_status(request.user, draft.pk)), status=202)


class DraftView(PhysicianView):
    """GET: where the draft stands."""

    def get(self, request: Request, draft_id: int) -> Response:
        return Response(as_data(selectors.draft_status(request.user, draft_id)))


class DraftRetryView(PhysicianView):
    """POST: queue a failed draft again."""

    def post(self, request: Request, draft_id: int) -> Response:
        drafts.draft_retry(user=request.user, draft_id=draft_id)
        return Response(as_data(selectors.draft_status(request.user, draft_id)), status=202)


class NoteView(PhysicianView):
    """GET: the note under review with words, evidence, flags and suggestions."""

    def get(self, request: Request, note_id: int) -> Response:
        return Response(as_data(selectors.note_for_review(request.user, note_id)))


class DecisionInput(serializers.Serializer[Any]):
    version = serializers.IntegerField(min_value=1)
    text = serializers.CharField(required=False, default="", allow_blank=True)
    reason = serializers.CharField(required=False, default="", allow_blank=True)
    flag = serializers.IntegerField(required=False, default=0, min_value=0)


class SentenceView(PhysicianView):
    """POST {version, text?, flag?} to .../accept, reject, restore, edit or resolve: the note's
    new version. 409 with code `stale-version` when the note changed since `version`."""

    def post(self, request: Request, sentence_id: int, action: str) -> Response:
        given = _valid(DecisionInput, request)
        common = {
            "user": request.user,
            "sentence_id": sentence_id,
            "expected_version": given["version"],
        }
        match action:
            case "edit":
                note = notes.sentence_edit(**common, text=given["text"])
            case "resolve":
                note = notes.flag_resolve(**common, flag_index=given["flag"])
            case "accept":
                note = notes.sentence_accept(**common)
            case "reject":
                note = notes.sentence_reject(**common)
            case _:
                note = notes.sentence_restore(**common)
        return Response({"note_id": note.pk, "version": note.version})


class CodeView(PhysicianView):
    """POST {version, reason?} to .../accept, reject or restore: the note's new version."""

    def post(self, request: Request, suggestion_id: int, action: str) -> Response:
        given = _valid(DecisionInput, request)
        common = {
            "user": request.user,
            "suggestion_id": suggestion_id,
            "expected_version": given["version"],
        }
        match action:
            case "accept":
                note = codes.code_accept(**common)
            case "reject":
                note = codes.code_reject(**common, reason=given["reason"])
            case _:
                note = codes.code_restore(**common)
        return Response({"note_id": note.pk, "version": note.version})


class CodeInput(serializers.Serializer[Any]):
    version = serializers.IntegerField(min_value=1)
    code = serializers.CharField(required=False, default="", allow_blank=True, max_length=16)


class CodeReplaceView(PhysicianView):
    """POST {version, code}: accept this code in the suggestion's place."""

    def post(self, request: Request, suggestion_id: int) -> Response:
        given = _valid(CodeInput, request)
        note = codes.code_replace(
            user=request.user,
            suggestion_id=suggestion_id,
            expected_version=given["version"],
            code=given["code"],
        )
        return Response({"note_id": note.pk, "version": note.version})


class AnswerInput(serializers.Serializer[Any]):
    version = serializers.IntegerField(min_value=1)
    # What is no outcome is refused by the service, which first looks whether the caller may know.
    outcome = serializers.CharField(required=False, default="", allow_blank=True, max_length=12)
    code = serializers.CharField(required=False, default="", allow_blank=True, max_length=16)
    text = serializers.CharField(required=False, default="", allow_blank=True, max_length=1000)


class QueryAnswerView(PhysicianView):
    """POST {version, outcome, code?, text?}: answer a coding question. `outcome` is option (with
    the code chosen), other (with the answer's words), or undetermined."""

    def post(self, request: Request, query_id: int) -> Response:
        given = _valid(AnswerInput, request)
        answer = queries.Answer(given["outcome"], code=given["code"], text=given["text"])
        note = queries.query_answer(
            user=request.user, query_id=query_id, expected_version=given["version"], answer=answer
        )
        return Response({"note_id": note.pk, "version": note.version})


class LevelView(PhysicianView):
    """POST {version, code}: pick the level of the visit; an empty code takes the pick back."""

    def post(self, request: Request, note_id: int) -> Response:
        given = _valid(CodeInput, request)
        note = levels.level_pick(
            user=request.user,
            note_id=note_id,
            expected_version=given["version"],
            code=given["code"],
        )
        return Response({"note_id": note.pk, "version": note.version})


class StyleRuleInput(serializers.Serializer[Any]):
    language = serializers.CharField(max_length=2)
    find = serializers.CharField(allow_blank=True, max_length=60)
    write = serializers.CharField(required=False, default="", allow_blank=True, max_length=60)


class StyleView(PhysicianView):
    """GET: the caller's own rules of wording. POST {language, find, write}: one more, turned on."""

    def get(self, request: Request) -> Response:
        return Response(as_data(selectors.style_rules(request.user)))

    def post(self, request: Request) -> Response:
        rule = style.rule_add(user=request.user, **_valid(StyleRuleInput, request))
        return Response({"id": rule.pk, "state": rule.state}, status=201)


class StyleRuleView(PhysicianView):
    """POST to .../on, off or forget: for later drafts."""

    def post(self, request: Request, rule_id: int, action: str) -> Response:
        if action == "forget":
            style.rule_forget(user=request.user, rule_id=rule_id)
            return Response(status=204)
        rule = style.rule_turn(user=request.user, rule_id=rule_id, on=action == "on")
        return Response({"id": rule.pk, "state": rule.state})


class SignView(PhysicianView):
    """POST {version}: sign the version that was read."""

    def post(self, request: Request, note_id: int) -> Response:
        given = _valid(DecisionInput, request)
        notes.note_sign(user=request.user, note_id=note_id, expected_version=given["version"])
        return Response(as_data(selectors.signed_versions(request.user, note_id)[0]))


class AmendView(PhysicianView):
    """POST {version, reason}: open a signed note to be changed and signed again."""

    def post(self, request: Request, note_id: int) -> Response:
        given = _valid(DecisionInput, request)
        note = notes.note_amend(user=request.user, note_id=note_id, reason=given["reason"])
        return Response({"note_id": note.pk, "version": note.version})


class SignaturesView(PhysicianView):
    """GET: every signature of the note, newest first."""

    def get(self, request: Request, note_id: int) -> Response:
        return Response(as_data(selectors.signed_versions(request.user, note_id)))

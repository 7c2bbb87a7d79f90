"""The routes of the JSON API, under /api/."""

from django.urls import URLPattern, URLResolver, path, re_path

from ehr import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("worklist", api.WorklistView.as_view(), name="api-worklist"),
    path("visits/<int:visit_id>", api.VisitView.as_view(), name="api-visit"),
    path("visits/<int:visit_id>/words", api.VisitTextView.as_view(), name="api-visit-words"),
    path("drafts/<int:draft_id>", api.DraftView.as_view(), name="api-draft"),
    path("drafts/<int:draft_id>/retry", api.DraftRetryView.as_view(), name="api-draft-retry"),
    path("notes/<int:note_id>", api.NoteView.as_view(), name="api-note"),
    path("notes/<int:note_id>/level", api.LevelView.as_view(), name="api-note-level"),
    path("notes/<int:note_id>/sign", api.SignView.as_view(), name="api-note-sign"),
    path("notes/<int:note_id>/amend", api.AmendView.as_view(), name="api-note-amend"),
    path("notes/<int:note_id>/signatures", api.SignaturesView.as_view(), name="api-signatures"),
    re_path(
        r"^sentences/(?P<sentence_id>\d{1,18})/(?P<action>accept|reject|restore|edit|resolve)$",
        api.SentenceView.as_view(),
        name="api-sentence",
    ),
    re_path(
        r"^codes/(?P<suggestion_id>\d{1,18})/(?P<action>accept|reject|restore)$",
        api.CodeView.as_view(),
        name="api-code",
    ),
    path(
        "codes/<int:suggestion_id>/replace",
        api.CodeReplaceView.as_view(),
        name="api-code-replace",
    ),
    path(
        "questions/<int:query_id>/answer",
        api.QueryAnswerView.as_view(),
        name="api-question-answer",
    ),
    path("style", api.StyleView.as_view(), name="api-style"),
    re_path(
        r"^style/(?P<rule_id>\d{1,18})/(?P<action>on|off|forget)$",
        api.StyleRuleView.as_view(),
        name="api-style-rule",
    ),
]

from django.urls import URLPattern, URLResolver

app_name = "ehr"
urlpatterns: list[URLPattern | URLResolver] = []

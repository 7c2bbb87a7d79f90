"""A code list of four codes, in the file that `manage.py prepare` would build."""

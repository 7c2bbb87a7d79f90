"""The subcommands of ``manage.py evaluate``, one module each.

A module is named as its subcommand and has ``HELP``, ``add_arguments(parser)`` and
``run(options, say)``, which returns the document to write to ``--out``: ``metrics`` and rows.
``say`` prints a line of progress.
"""

"""One form for every kind of settings, made from the fields of their class."""

from desktop.views.forms.form import Form

__all__ = ["Form"]

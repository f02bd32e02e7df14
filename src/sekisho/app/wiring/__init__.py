"""The one place that knows every class: rooms are put together here, for the house and alone."""

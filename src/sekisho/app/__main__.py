"""`python -m sekisho.app` is the `sekisho` command."""

from sekisho.app.cli import main

main()

"""What the world does to a database; the core never sees these.

* SekishoError
  * DatabaseFailed    the disk or the server failed; nothing of the batch is known to be kept
    * DatabaseInUse   another process holds the file
    * DatabaseTooNew  a later version of this program has changed the tables
"""

from sekisho.kernel.errors import SekishoError


class DatabaseFailed(SekishoError):
    """The database could not do what it was asked, for a reason of the world and not of the data."""


class DatabaseInUse(DatabaseFailed):
    """Another process, or another part of this one, has the database file open."""


class DatabaseTooNew(DatabaseFailed):
    """The database is at a revision that this program does not know."""

"""The edge that the rooms share: HTTP, SQL, keys, pages, logs, the wall clock."""

"""The shop a buyer sees, and the 3DS Requestor."""

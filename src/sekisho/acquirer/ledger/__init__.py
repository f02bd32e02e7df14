"""The shop's back office: orders and who bears a fraud chargeback."""

"""Mail handed to an SMTP server, over TLS whose certificate is checked."""

from sekisho.adapters.mail.smtp import Security, Smtp, SmtpMailer

__all__ = ["Security", "Smtp", "SmtpMailer"]

"""One module per kind of CRM; each says only what differs."""

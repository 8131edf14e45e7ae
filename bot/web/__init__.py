"""The web: the chat page, the page of a document, and the HTTP API."""

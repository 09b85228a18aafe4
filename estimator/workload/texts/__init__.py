"""Chats, prompts, documents and media → requests as they would be sent, counted and forgotten."""

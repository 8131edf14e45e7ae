"""Text in, vectors out, nearest vectors back. Knows nothing of the bot."""

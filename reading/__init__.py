"""Question and text in, spans out: the trained reader. Never imports bot."""

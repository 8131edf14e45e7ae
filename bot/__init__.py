"""A question-answering bot for Chinese documents: extractive, offline, cited to the character."""

__version__ = "0.1.0"

"""Trains the reader: labelled paragraphs in, one ONNX model out."""

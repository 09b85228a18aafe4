"""Fits the constants of throughput to published measurements, and tells how well they predict what was left out."""

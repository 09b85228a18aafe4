"""Requests, logs, exports, templates and texts → a workload. Start with `templates()` or `read_usage()`."""

from estimator.workload.caching import CacheTerms, cache_terms, with_caching
from estimator.workload.cluster import read_on_cluster
from estimator.workload.importers import read_sources, read_usage
from estimator.workload.profile import MONTH, Cell, Profile, Record, Sketch, merge, profile
from estimator.workload.reuse import Prompt, Repeat, Reuse, block_hashes, measure
from estimator.workload.saved import load, save
from estimator.workload.shapes import Shape, shapes
from estimator.workload.source import Source, sources
from estimator.workload.template import Template, per_month, templates
from estimator.workload.workload import Assumption, Workload, from_profile, from_template, from_text

__all__ = [
    "MONTH",
    "Assumption",
    "CacheTerms",
    "Cell",
    "Profile",
    "Prompt",
    "Record",
    "Repeat",
    "Reuse",
    "Shape",
    "Sketch",
    "Source",
    "Template",
    "Workload",
    "block_hashes",
    "cache_terms",
    "from_profile",
    "from_template",
    "from_text",
    "load",
    "measure",
    "merge",
    "per_month",
    "profile",
    "read_on_cluster",
    "read_sources",
    "read_usage",
    "save",
    "shapes",
    "sources",
    "templates",
    "with_caching",
]

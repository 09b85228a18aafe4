"""Requests, logs, exports, templates and texts → a workload. Start with `templates()` or `read_any()`."""

from estimator.workload.caching import CacheTerms, cache_terms, with_caching
from estimator.workload.conversion import Conversion, conversion
from estimator.workload.counts import FamilyCount
from estimator.workload.importers import read_usage
from estimator.workload.profile import MONTH, Cell, Profile, Record, Sketch, merge, profile
from estimator.workload.reading import read_any
from estimator.workload.reuse import Prompt, Repeat, Reuse, block_hashes, measure
from estimator.workload.saved import load, save
from estimator.workload.shapes import Shape, shapes
from estimator.workload.template import Template, per_month, templates
from estimator.workload.workload import Assumption, Workload, from_profile, from_template, from_text

__all__ = [
    "MONTH",
    "Assumption",
    "CacheTerms",
    "Cell",
    "Conversion",
    "FamilyCount",
    "Profile",
    "Prompt",
    "Record",
    "Repeat",
    "Reuse",
    "Shape",
    "Sketch",
    "Template",
    "Workload",
    "block_hashes",
    "cache_terms",
    "conversion",
    "from_profile",
    "from_template",
    "from_text",
    "load",
    "measure",
    "merge",
    "per_month",
    "profile",
    "read_any",
    "read_usage",
    "save",
    "shapes",
    "templates",
    "with_caching",
]

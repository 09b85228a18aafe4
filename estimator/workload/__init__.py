"""Requests, logs, exports, templates and texts → a workload. Start with `templates()` or `read_any()`."""

from estimator.workload.assembly import edited, from_built, is_template, load_template, settings_of, template_json
from estimator.workload.builders import Amount, Built, Call, Kind, Parameter, built, calls, kinds, parameters
from estimator.workload.caching import (
    CacheTerms,
    cache_terms,
    find_terms,
    tells_caching,
    with_assumed_reuse,
    with_caching,
    without_caching,
)
from estimator.workload.cluster import read_on_cluster
from estimator.workload.conversion import Conversion, conversion
from estimator.workload.counts import FamilyCount
from estimator.workload.exports.charges import Charge, OwnPrice
from estimator.workload.exports.importers import read_usage
from estimator.workload.exports.mapped import read_mapped, read_or_suggest, undecided_dates
from estimator.workload.exports.mapping import ROLES, Guess, examples, guess, is_foreign, missing, sample_of
from estimator.workload.exports.statement import Statement, Used, read_statement
from estimator.workload.files.source import Source, sources
from estimator.workload.profile import MONTH, Cell, Profile, Record, Sketch, merge, profile
from estimator.workload.reading import read_any, read_files
from estimator.workload.reuse import Prompt, Repeat, Reuse, block_hashes, measure
from estimator.workload.saved import load, save
from estimator.workload.shapes import Shape, shapes
from estimator.workload.template import Template, per_month, templates
from estimator.workload.workload import Assumption, Workload, from_profile, from_template, from_text, is_untimed

__all__ = [
    "MONTH",
    "ROLES",
    "Amount",
    "Assumption",
    "Built",
    "CacheTerms",
    "Call",
    "Cell",
    "Charge",
    "Conversion",
    "FamilyCount",
    "Guess",
    "Kind",
    "OwnPrice",
    "Parameter",
    "Profile",
    "Prompt",
    "Record",
    "Repeat",
    "Reuse",
    "Shape",
    "Sketch",
    "Source",
    "Statement",
    "Template",
    "Used",
    "Workload",
    "block_hashes",
    "built",
    "cache_terms",
    "calls",
    "conversion",
    "edited",
    "examples",
    "find_terms",
    "from_built",
    "from_profile",
    "from_template",
    "from_text",
    "guess",
    "is_foreign",
    "is_template",
    "is_untimed",
    "kinds",
    "load",
    "load_template",
    "measure",
    "merge",
    "missing",
    "parameters",
    "per_month",
    "profile",
    "read_any",
    "read_files",
    "read_mapped",
    "read_on_cluster",
    "read_or_suggest",
    "read_statement",
    "read_usage",
    "sample_of",
    "save",
    "settings_of",
    "shapes",
    "sources",
    "tells_caching",
    "template_json",
    "templates",
    "undecided_dates",
    "with_assumed_reuse",
    "with_caching",
    "without_caching",
]

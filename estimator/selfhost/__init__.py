"""Architecture, device and load → memory, throughput, fleet and what a month costs. Start with `plan()`."""

from estimator.selfhost.architecture import Architecture, architectures, find_architecture, model_json
from estimator.selfhost.device import Device, RentMonth, dated_rents, devices, find_device, rent_by_month
from estimator.selfhost.feasible import Feasibility, Fit, feasible, measured_offloads
from estimator.selfhost.fleet import Fleet, Targets, service_facts, usual_targets
from estimator.selfhost.memory import Memory, memory
from estimator.selfhost.ownership import TENURES, CostLine, Tenure
from estimator.selfhost.plan import Plan, cheapest, plan, plans
from estimator.selfhost.predict import predict_rows
from estimator.selfhost.throughput import Throughput

__all__ = [
    "TENURES",
    "Architecture",
    "CostLine",
    "Device",
    "Feasibility",
    "Fit",
    "Fleet",
    "Memory",
    "Plan",
    "RentMonth",
    "Targets",
    "Tenure",
    "Throughput",
    "architectures",
    "cheapest",
    "dated_rents",
    "devices",
    "feasible",
    "find_architecture",
    "find_device",
    "measured_offloads",
    "memory",
    "model_json",
    "plan",
    "plans",
    "predict_rows",
    "rent_by_month",
    "service_facts",
    "usual_targets",
]

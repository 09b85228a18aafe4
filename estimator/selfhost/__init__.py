"""Architecture, device and load → memory, throughput, fleet and what a month costs. Start with `plan()`."""

from estimator.selfhost.architecture import Architecture, architectures, find_architecture, model_json
from estimator.selfhost.device import Device, devices, find_device
from estimator.selfhost.fleet import Fleet
from estimator.selfhost.memory import Memory, memory
from estimator.selfhost.ownership import CostLine
from estimator.selfhost.plan import Plan, plan, plans
from estimator.selfhost.predict import predict_rows
from estimator.selfhost.throughput import Throughput

__all__ = [
    "Architecture",
    "CostLine",
    "Device",
    "Fleet",
    "Memory",
    "Plan",
    "Throughput",
    "architectures",
    "devices",
    "find_architecture",
    "find_device",
    "memory",
    "model_json",
    "plan",
    "plans",
    "predict_rows",
]

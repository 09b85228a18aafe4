"""Breakeven: what AI work costs, on which model, bought by the token or run on its own GPUs."""

import gc

import streamlit as st

from estimator.dashboard import failures
from estimator.dashboard.server import middleware

gc.set_threshold(100_000, 20, 100)  # Prices are many values that stay: looking through them is put off.
failures.keep_messages_out_of_the_log()
app = st.App("estimator/dashboard/main.py", middleware=middleware(), on_script_error=failures.tell)

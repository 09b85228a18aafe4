"""Breakeven: what AI work costs, on which model, bought by the token or run on its own GPUs."""

import streamlit as st

from estimator.dashboard import failures
from estimator.dashboard.server import middleware

failures.keep_messages_out_of_the_log()
app = st.App("estimator/dashboard/main.py", middleware=middleware(), on_script_error=failures.tell)

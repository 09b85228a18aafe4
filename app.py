"""Breakeven: what AI work costs, on which model, bought by the token or run on its own GPUs."""

import streamlit as st

from estimator.dashboard.server import middleware

app = st.App("estimator/dashboard/main.py", middleware=middleware())

"""The script that Streamlit runs for each person and each change."""

from estimator.dashboard.frame import show

show()

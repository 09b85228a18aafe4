"""Usage exports, request logs, bills and tables of any form → records, a profile, a statement."""

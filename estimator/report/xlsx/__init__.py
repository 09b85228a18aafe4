"""The report as a workbook that computes: the client changes an input, and every sheet and chart follows."""

from estimator.report.content import Report


def xlsx(report: Report) -> bytes:
    """The workbook. Each formula also holds its result as delivered, for readers that do not compute."""
    from estimator.report.xlsx.workbook import workbook  # noqa: PLC0415 - its library is loaded where it is asked for

    return workbook(report)

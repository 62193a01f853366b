"""A trust report: one page about a net, its answers and its heatmaps."""

from helpers.report.trust_report import Report, trust_report

__all__ = ["Report", "trust_report"]

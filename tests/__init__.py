"""Tests mirror the packages: `tests/<domain>/test_<module>.py`; `support/` is what they share."""

"""Assignments solved exactly: demands that need supplies, each pair worth a whole-number score.

Knows neither reviewers nor wishes. Read `problem` (what is asked), then `relaxation` (the linear
programme), `rounding` (whole pairs from it), `worst` (the best worst demand), `levels` (one after
the other), `shortage` (why nothing fits), `check` (nothing is believed that was not counted again).
"""

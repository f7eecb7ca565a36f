"""The register of organizations, the people who act for them, and the roster that fills it."""

"""Pages of the register: public, for organizations, for staff."""

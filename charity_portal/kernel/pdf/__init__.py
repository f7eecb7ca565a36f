"""Documents on paper: HTML in, archivable and accessible PDF out, the same bytes for the same input."""

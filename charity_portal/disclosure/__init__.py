"""What citizens read: home, results, reports as PDF, and the proof that a file is genuine."""

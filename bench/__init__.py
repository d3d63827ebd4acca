"""What devdash costs, as ratios against references that run side by side: `python -m bench`."""

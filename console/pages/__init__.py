"""The pages, one module for each subject; `all_pages.py` says which there are."""

"""The screen of officers, coordinators and administrators: pages that name use cases, and decide nothing."""

"""All that is tried, a module for each kind; to try more, add a function with `@attack` to one of them."""

"""`make steer`: what officers do with alerts under way, over real calls, judged by what phones recorded."""

"""Rules over typed rows: how often each is broken, which rows break it, and what is kept of them."""

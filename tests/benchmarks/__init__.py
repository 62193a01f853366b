"""What the helpers cost beside what a user would pick instead, and beside the bare bound."""

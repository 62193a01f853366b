"""The tested versions of what a learner of "Seeing like a CNN" writes in the lessons."""

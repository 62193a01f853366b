"""Exercises of lesson 03: sparsity of VGG16's convolutions, fair detail, an untrained copy."""

"""Each lesson's exercises, one module an exercise, and its quiz."""

"""Predictions, exercises that check themselves, and a quiz for each lesson.

The engine is here; ``lessons`` holds what each lesson asks. Nothing is sent or tracked: all is kept
in the kernel, and written to a file only on request.
"""

from helpers.exercises.checks import check
from helpers.exercises.hints import hint
from helpers.exercises.predictions import predict, predictions, save_predictions
from helpers.exercises.quiz import quiz
from helpers.exercises.verdict import Verdict

__all__ = ["Verdict", "check", "hint", "predict", "predictions", "quiz", "save_predictions"]

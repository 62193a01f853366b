"""Where data and weights come from: the first source that answers, checked, wins.

Files that are fetched go to ``seeing-like-a-cnn`` inside Keras' own folder (``KERAS_HOME``, or
``~/.keras``). Files that Keras put there itself are read, never written.
``CNN_COURSE_OFFLINE=1`` forbids the network. ``python -m helpers.sources`` fetches everything.
"""

from helpers.sources.fetch import SourceError, available, fetch

__all__ = ["SourceError", "available", "fetch"]

#!/bin/sh
# Open a learner's own copy of the course. WORK names the folder for it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venv=${VENV:-$HOME/cnn-venv}
work=${WORK:-$HOME/seeing-like-a-cnn}
if [ ! -e "$work" ]; then
    cp -R "$here/student" "$work"
    chmod -R u+w "$work" # a share may be read-only
fi
export KERAS_HOME="$here/keras" CNN_COURSE_OFFLINE=1 PYTHONPATH="$work"
cd "$work"
exec "$venv/bin/jupyter" lab "$@" --LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb

#!/bin/sh
# Install the packages of the course from this folder, without a network. PYTHON chooses another
# Python, VENV another place for them (when this folder is read-only, a folder of your own).
# JupyterLab is set to save what learners choose in predictions and quizzes, and to ask for no news.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venv=${VENV:-$here/venv}
"${PYTHON:-python3}" -m venv "$venv"
install() {
    "$venv/bin/python" -m pip install --quiet --no-index --find-links "$here/wheels" "$@"
}
install --upgrade pip
install --requirement "$here/requirements.txt"
mkdir -p "$venv/share/jupyter/lab/settings"
cat >"$venv/share/jupyter/lab/settings/overrides.json" <<'END'
{
  "@jupyter-widgets/jupyterlab-manager:plugin": {"saveState": true},
  "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": false}
}
END
echo "installed in $venv; now: ./start.sh"

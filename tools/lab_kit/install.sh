#!/bin/sh
# Install the packages of the course into ~/cnn-venv, without a network. PYTHON chooses another
# Python, VENV another place for them.
# JupyterLab is set to save what learners choose in predictions and quizzes, and to ask for no news.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venv=${VENV:-$HOME/cnn-venv}
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
echo "installed in $venv; now: sh start.sh"

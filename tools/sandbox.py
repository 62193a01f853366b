"""A kernel that runs answers of strangers: own process and folder, limits, no network."""

import json
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from uuid import uuid4

from jupyter_client.manager import KernelManager

ROOT = Path(__file__).resolve().parents[1]
SECONDS, OWN_SECONDS = 60, 1200  # for an answer, for a cell of the lesson itself
GIGABYTES = 6  # of memory that a kernel may ask for
LIMITS = f"""
import resource
for kind, most in ((resource.RLIMIT_DATA, {GIGABYTES} << 30), (resource.RLIMIT_FSIZE, 1 << 28)):
    resource.setrlimit(kind, (most, most))
"""


class Stopped(Exception):
    """The kernel cannot go on."""


def without_network() -> list[str]:
    """The command that cuts a process off from the network, where the system has one."""
    command = ["unshare", "--net", "--map-root-user"]
    if (
        shutil.which("unshare")
        and not subprocess.run([*command, "true"], capture_output=True, check=False).returncode
    ):
        return command
    return []


class Sandbox:
    """One kernel. Close it when done."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="grading-"))
        home = os.environ.get("KERAS_HOME", str(Path.home() / ".keras"))
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(self.folder),
            "KERAS_HOME": home,
            "CNN_COURSE_OFFLINE": "1",
            "CNN_COURSE_MY_MODELS": str(self.folder / "my_models"),
            "PYTHONPATH": str(ROOT),
        }
        self.manager = KernelManager(kernel_name="python3", transport="ipc")
        self.manager.connection_file = str(self.folder / "kernel.json")
        self.manager.ip = str(self.folder / "kernel")
        assert self.manager.kernel_spec is not None
        self.manager.kernel_spec.argv[:1] = [*without_network(), sys.executable]
        self.manager.start_kernel(cwd=str(self.folder), env=environment)
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=120)
        self.run(LIMITS)

    def run(self, source: str, seconds: float = OWN_SECONDS) -> str:
        """Run code and return what it prints.

        Raises:
            TimeoutError: it was interrupted after so many seconds.
            RuntimeError: it ended in an exception.
            Stopped: the kernel died, or could not be interrupted.
        """
        asked, printed, error = self.client.execute(source, allow_stdin=False), [], None
        end, late = time.monotonic() + seconds, False
        while True:
            if time.monotonic() > end:
                if late:
                    raise Stopped("an answer cannot be interrupted")
                late, end = True, time.monotonic() + 5
                self.manager.interrupt_kernel()
            try:
                message = self.client.get_iopub_msg(timeout=0.5)
            except queue.Empty:
                if not self.manager.is_alive():
                    raise Stopped("the kernel died") from None
                continue
            if message["parent_header"].get("msg_id") != asked:
                continue
            content = message["content"]
            if message["msg_type"] == "stream":
                printed.append(content["text"][:10_000])
            elif message["msg_type"] == "error":
                error = f"{content['ename']}: {content['evalue']}"
            elif message["msg_type"] == "status" and content["execution_state"] == "idle":
                break
        if late:
            raise TimeoutError(f"stopped after {seconds:.0f} seconds")
        if error:
            raise RuntimeError(error)
        return "".join(printed)

    def verdict(self, exercise: str, source: str) -> tuple[int, str]:
        """Run an answer, then the course's check of it: points and what the check says."""
        mark, variable = uuid4().hex, f"answer_{exercise.replace('.', '_')}"
        check = (
            "import json as _j\nfrom helpers.exercises.checks import check as _c\n"
            f"_v = _c({exercise!r}, globals().get({variable!r}, ...))\n"
            f"print({mark!r} + _j.dumps([_v.passed is True, repr(_v)]))"
        )
        try:
            self.run(source, SECONDS)
            printed = re.findall(rf"^{mark}(.*)$", self.run(check, 2 * SECONDS), re.M)
        except (TimeoutError, RuntimeError) as error:
            return 0, f"The answer does not run: {error}"[:300]
        if not printed:
            return 0, "The check gave no verdict."
        passed, message = json.loads(printed[-1])
        return int(passed), message

    def close(self) -> None:
        """Kill the kernel with all that it started, and remove its folder."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)  # with all processes of its group
        shutil.rmtree(self.folder, ignore_errors=True)

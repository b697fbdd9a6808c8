"""A command that is run behind `--`: streams, signals and exit status, with real processes."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 20.0
"""Seconds: a process that takes longer hangs."""
HEAD = """\
import os, sys
from sgdlint.preflight import running, watching
class Said:
    code, severity, help = "LOG1", "warning", "do it"
    def __init__(self, message): self.message, self.spoils = message, "spoils" in message
class Stub:
    def feed(self, line): return (Said("saw " + line),) if "bad" in line else ()
    def end(self): return (Said("the end"),) if "END" in os.environ else ()
running.watch_for = lambda release: watching.Watch(Stub())
status = running.run(sys.argv[1:], "", watch="INHERIT" not in os.environ)
sys.stdout.flush()
os._exit(status)
"""
"""Runs its arguments as `--` does, with a reader of logs that knows the word `bad`."""
TRAPS = """\
import signal, sys, time
def told(number, frame):
    print(signal.Signals(number).name, flush=True)
    if number == signal.SIGTERM: sys.exit(3)
for name in ("INT", "TERM", "HUP", "QUIT", "USR1", "USR2", "WINCH"):
    signal.signal(getattr(signal, "SIG" + name), told)
print("ready", flush=True)
while True: time.sleep(0.05)
"""


def start(*words: str, **more: str) -> subprocess.Popen[bytes]:
    """Start a command the way `--` does, without a terminal."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **more}
    return subprocess.Popen(
        [sys.executable, "-c", HEAD, *words],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=_alone,  # noqa: PLW1509 - no threads run here
    )


def _alone() -> None:
    """Begin a group of its own, with signals as a shell on a terminal sets them."""
    os.setpgid(0, 0)
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def run(*words: str, **more: str) -> tuple[int, bytes, bytes]:
    """Run a command to its end; return status, output and errors."""
    with start(*words, **more) as process:
        out, err = process.communicate(timeout=LIMIT)
    return process.returncode, out, err


STATUSES = [
    (("bash", "-c", "exit 0"), 0),
    (("bash", "-c", "exit 7"), 7),
    (("bash", "-c", "kill -TERM $$"), 128 + 15),
    (("bash", "-c", "kill -KILL $$"), 128 + 9),
    (("bash", "-c", "kill -SEGV $$"), 128 + 11),
    (("no-such-program-here",), 127),
    ((str(ROOT / "pyproject.toml"),), 126),
]


@pytest.mark.parametrize(("words", "status"), STATUSES)
@pytest.mark.parametrize("more", [{}, {"INHERIT": "1"}])
def test_the_exit_status_is_that_of_the_command(
    words: tuple[str, ...], status: int, more: dict[str, str]
) -> None:
    assert run(*words, **more)[0] == status


@pytest.mark.parametrize("more", [{}, {"INHERIT": "1"}])
def test_a_caller_may_have_signals_of_children_ignored(more: dict[str, str]) -> None:
    program = (
        "import os, signal, sys\n"
        "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "os.execv(sys.executable, [sys.executable, '-c', *sys.argv[1:]])"
    )
    words = [sys.executable, "-c", program, HEAD, "bash", "-c", "echo it runs; exit 5"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **more}
    done = subprocess.run(words, env=environment, capture_output=True, timeout=LIMIT, check=False)
    assert (done.returncode, done.stdout) == (5, b"it runs\n")


def test_a_command_that_ctrl_c_ends_ends_us_the_same_way() -> None:
    status, _, _ = run("bash", "-c", "kill -INT $$")
    assert status == -signal.SIGINT  # which a shell calls 130


def test_every_byte_comes_through() -> None:
    data = bytes(range(256)) * 5000
    program = (
        "import os\n"
        "data = bytes(range(256)) * 5000\n"
        "while data: data = data[os.write(1, data):]\n"
        "data = b'\\x00\\xff' * 9\n"
        "os.write(2, data)"
    )
    status, out, err = run(sys.executable, "-c", program)
    assert (status, out, err) == (0, data, b"\x00\xff" * 9)


def test_output_comes_before_the_command_ends() -> None:
    with start("bash", "-c", "echo first; read -r -t 10 _ < <(sleep 10); echo last") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"first\n"
        assert process.poll() is None
        process.terminate()


def test_standard_output_and_errors_that_are_one_keep_their_order() -> None:
    program = "for i in 1 2 3 4 5; do echo out $i; echo err $i >&2; done"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", HEAD, "bash", "-c", program],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=True,
    )
    expected = "".join(f"out {number}\nerr {number}\n" for number in range(1, 6))
    assert done.stdout.decode() == expected


def test_warnings_stand_between_lines() -> None:
    program = (
        "import os, time\n"
        "os.write(2, b'bad 1\\nhalf'); time.sleep(0.3); os.write(2, b' of it\\nbad 2\\nrest')\n"
        "os._exit(4)"
    )
    status, out, err = run(sys.executable, "-c", program, END="1")
    assert status == 4
    assert out == b""
    assert err.decode() == (
        "bad 1\nhalf of it\nbad 2\nrest\n"
        "sgdlint: warning LOG1: saw bad 1 → do it\n"
        "sgdlint: warning LOG1: saw bad 2 → do it\n"
        "sgdlint: warning LOG1: the end → do it\n"
    )


def test_what_is_found_in_output_is_told_on_standard_error() -> None:
    status, out, err = run("bash", "-c", "echo bad news; sleep 0.2; echo good")
    assert (status, out) == (0, b"bad news\ngood\n")
    assert err.decode() == "sgdlint: warning LOG1: saw bad news → do it\n"


def test_what_spoils_a_run_is_said_again_at_its_end() -> None:
    _, _, err = run("bash", "-c", "echo bad: spoils all; sleep 0.3; echo later >&2")
    assert err.decode() == (
        "sgdlint: warning LOG1: saw bad: spoils all → do it\n"
        "later\n"
        "sgdlint: NOT A RUN OF NATIVE SGLANG: use none of its times\n"
    )


def test_of_a_progress_bar_the_last_state_is_read() -> None:
    _, out, err = run("bash", "-c", r"printf '10%%\r50%%\rbad at the end\r\n'")
    assert out == b"10%\r50%\rbad at the end\r\n"
    assert b"saw bad at the end" in err


def test_a_process_that_outlives_the_command_is_not_waited_for() -> None:
    begin = time.monotonic()
    status, out, _ = run("bash", "-c", "sleep 30 & echo $!")
    assert status == 0
    assert time.monotonic() - begin < 10
    os.kill(int(out), signal.SIGKILL)


def test_a_reader_that_goes_away_ends_the_command() -> None:
    with start("bash", "-c", "while echo yes; do :; done; exit 5") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(LIMIT) in (5, 128 + signal.SIGPIPE)


SENT = [
    signal.SIGINT,
    signal.SIGHUP,
    signal.SIGQUIT,
    signal.SIGUSR1,
    signal.SIGUSR2,
    signal.SIGWINCH,
]


@pytest.mark.parametrize("more", [{}, {"INHERIT": "1"}])
def test_each_signal_reaches_the_command_once(more: dict[str, str]) -> None:
    with start(sys.executable, "-c", TRAPS, **more) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        for number in SENT:
            process.send_signal(number)
            assert process.stdout.readline().decode().strip() == number.name
        process.send_signal(signal.SIGTERM)
        assert process.stdout.read() == b"SIGTERM\n"
        assert process.wait(LIMIT) == 3


def test_a_signal_to_the_group_reaches_the_command_once() -> None:
    with start(sys.executable, "-c", TRAPS) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        assert os.getpgid(process.pid) == process.pid
        for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGTERM):
            os.killpg(process.pid, number)
            assert process.stdout.readline().decode().strip() == number.name
        assert process.stdout.read() == b""


def test_a_command_stops_and_goes_on_as_we_do() -> None:
    with start(sys.executable, "-c", TRAPS) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGTSTP)
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        process.send_signal(signal.SIGCONT)
        process.send_signal(signal.SIGUSR1)
        assert process.stdout.readline() == b"SIGUSR1\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(LIMIT) == 3


def test_an_ignored_signal_stays_ignored() -> None:
    program = "trap '' USR1; exec \"$@\""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = ["bash", "-c", program, "bash", sys.executable, "-c", HEAD]
    command += ["bash", "-c", "echo ready; kill -USR1 $PPID; sleep 0.3; kill -USR1 $$; echo alive"]
    done = subprocess.run(command, env=environment, capture_output=True, check=True)
    assert done.stdout == b"ready\nalive\n"


# --- on a terminal --------------------------------------------------------------------------------


class Terminal:
    """A terminal in which a command runs as a session of its own."""

    def __init__(self, *words: str) -> None:
        self.pid, self.number = pty.fork()
        if self.pid == 0:
            os.environ["PYTHONPATH"] = str(ROOT)
            os.execv(sys.executable, [sys.executable, "-c", HEAD, *words])
        self.seen = b""
        self.resize(40, 123)

    def resize(self, rows: int, columns: int) -> None:
        """Set the size of the window, as a window manager does."""
        fcntl.ioctl(self.number, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def wait_for(self, text: bytes) -> bytes:
        """Read until a text is there, or until the end; return all of it."""
        end = time.monotonic() + LIMIT
        while text not in self.seen and time.monotonic() < end:
            ready, _, _ = select.select([self.number], [], [], 0.2)
            if ready:
                try:
                    self.seen += os.read(self.number, 4096)
                except OSError:
                    break
        return self.seen

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self.number, keys)

    def status(self) -> int:
        """Return how it ended."""
        self.wait_for(b"\0")
        _, status = os.waitpid(self.pid, 0)
        os.close(self.number)
        return status


LOOKS = """\
import os, signal, sys, time
print(*(os.isatty(number) for number in (0, 1, 2)), flush=True)
counts = []
signal.signal(signal.SIGINT, lambda *_: (counts.append(1), print("INT", len(counts), flush=True)))
def sized(*_): print("size", *os.get_terminal_size(1), flush=True)
signal.signal(signal.SIGWINCH, sized)
print("ready", flush=True)
print("said", input(), flush=True)
time.sleep(0.3)
sys.exit(len(counts))
"""


def test_a_terminal_stays_one() -> None:
    screen = Terminal(sys.executable, "-c", LOOKS)
    assert b"True True True\r\n" in screen.wait_for(b"ready")
    screen.resize(30, 99)
    screen.wait_for(b"size 99 30")
    screen.type(b"\x03")
    screen.wait_for(b"INT 1")
    screen.type(b"hello\n")
    assert b"said hello" in screen.wait_for(b"said hello")
    assert os.WEXITSTATUS(screen.status()) == 1
    assert b"INT 2" not in screen.seen


def test_ctrl_c_ends_what_does_not_catch_it() -> None:
    screen = Terminal("bash", "-c", "echo ready; exec sleep 30")
    screen.wait_for(b"ready")
    screen.type(b"\x03")
    status = screen.status()
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGINT


def test_colours_and_line_ends_on_a_terminal() -> None:
    screen = Terminal("bash", "-c", r"printf '\033[31mred\033[0m\nnext\n'")
    assert b"\x1b[31mred\x1b[0m\r\nnext\r\n" in screen.wait_for(b"next\r\n")
    assert os.WEXITSTATUS(screen.status()) == 0

"""What a job tries in order to get out. Each attempt is made outside the sandbox as well, where it must succeed:
an attempt that could never work would prove nothing.
"""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from autocrea_lsp.sandbox import Job, Level, run
from tests.sandbox.inside import PATIENCE_S, marker, python_job, shell

CANARY = "canary-5a1f0c-in-the-environment"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What lies outside and must not be reached."""

    port: int
    abstract: str
    victim: int
    secret: Path
    target: Path

    def arguments(self) -> list[str]:
        return [str(self.port), self.abstract, str(self.victim), str(self.secret), str(self.target), CANARY]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    secret = Path.home() / ".ssh" / "id_test"
    secret.parent.mkdir()
    secret.write_text("not a key", "utf-8")
    name = f"autocrea-test-{marker()}"
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        unix.bind("\0" + name)
        unix.listen()
        environment = {"CANARY": CANARY, "PATH": os.defpath}
        with subprocess.Popen(["sleep", "1000"], env=environment) as victim:
            try:
                yield World(
                    port=tcp.getsockname()[1],
                    abstract=name,
                    victim=victim.pid,
                    secret=secret,
                    target=tmp_path / "written",
                )
            finally:
                victim.kill()


START = """
import os, socket, sys
port, abstract, victim, secret, target, canary = sys.argv[1:]
def reached(): print("REACHED")
"""
ATTEMPTS = {
    "environment of any process": """
for pid in filter(str.isdigit, os.listdir("/proc")):
    try: content = open(f"/proc/{pid}/environ", "rb").read()
    except OSError: continue
    if canary.encode() in content: reached()
""",
    "a process from its id": "os.kill(int(victim), 0); reached()",
    "the memory of a process": "open(f'/proc/{victim}/maps').read(1); reached()",
    "the loopback network": "socket.create_connection(('127.0.0.1', int(port)), 5); reached()",
    "an abstract socket": "socket.socket(socket.AF_UNIX).connect(chr(0) + abstract); reached()",
    "the home directory": "os.listdir(os.path.dirname(os.path.dirname(secret))); reached()",
    "a key in ~/.ssh": "open(secret).read(); reached()",
    "the list of users": "open('/etc/passwd').read(); reached()",
    "a file elsewhere": "open(target, 'w').write('x'); reached()",
    "the disk by another way": "os.listdir(os.path.join('/proc', victim, 'root', 'etc')); reached()",
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
async def test_a_job_cannot_reach(attempt: str, bwrap: Level, world: World) -> None:
    result = await run(python_job(START + ATTEMPTS[attempt], *world.arguments()), level=bwrap)
    assert "REACHED" not in result.stdout
    assert result.isolation.level == "bwrap"
    assert result.exit_code is not None, "it was to fail, not to be killed"
    assert not world.target.exists()


@pytest.mark.parametrize("attempt", ATTEMPTS)
async def test_the_same_attempt_succeeds_where_nothing_is_isolated(attempt: str, world: World) -> None:
    result = await run(python_job(START + ATTEMPTS[attempt], *world.arguments()), level="off")
    assert "REACHED" in result.stdout, result.stderr


FORBIDDEN = {
    "write to /usr": "echo x > /usr/autocrea-test",
    "write to the root": "echo x > /autocrea-test",
    "write beside its directory": "echo x > /sandbox/autocrea-test",
    "write to /dev": "echo x > /dev/autocrea-test",
    "set the host's core_pattern": 'cd /proc/sys/kernel; read -r is <core_pattern; echo "$is" > core_pattern',
    "set the host's name": "echo x > /proc/sys/kernel/hostname",
    "remount /usr": "mount -o remount,rw,bind /usr",
    "remount /proc": "mount -o remount,rw /proc",
    "remount in another user namespace": "unshare -Urm mount -o remount,rw,bind /usr",
    "unmount /proc": "umount /proc",
    "make a device": "mknod sda b 8 0",
    "change the root": "/usr/sbin/chroot /usr /bin/true",
    "become another user": "setpriv --reuid 1 --clear-groups true || false",
}


@pytest.mark.parametrize("act", FORBIDDEN)
async def test_a_job_may_not(act: str, bwrap: Level) -> None:
    result = await shell(f"{FORBIDDEN[act]} && echo DONE", level=bwrap)
    assert "DONE" not in result.stdout
    assert result.exit_code not in (None, 0, 127), result.stderr


async def test_a_job_may_write_into_its_directory_and_two_others_of_its_own(bwrap: Level) -> None:
    script = 'for place in . "$HOME" /tmp /dev/shm; do echo x > "$place/x" || exit 1; done; pwd; cat given'
    result = await shell(script, level=bwrap, given=b"content")
    assert (result.exit_code, result.stdout) == (0, "/sandbox/work\ncontent"), result.stderr


async def test_a_job_sees_no_environment_but_its_own(bwrap: Level, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY", CANARY)
    job = Job(
        command=("/bin/sh", "-c", "env; cat /proc/1/environ /proc/self/environ"),
        environment={"OWN": "yes, its own"},
        timeout_s=PATIENCE_S,
    )
    result = await run(job, level=bwrap)
    assert CANARY not in result.stdout
    assert "OWN=yes, its own" in result.stdout
    names = {line.partition("=")[0] for line in result.stdout.replace("\0", "\n").splitlines()}
    assert names == {"PATH", "HOME", "TMPDIR", "LANG", "PWD", "OWN"}


async def test_a_job_has_no_file_of_ours_open(bwrap: Level) -> None:
    result = await run(python_job("import os; print(os.listdir('/proc/self/fd'))"), level=bwrap)
    assert result.stdout == "['0', '1', '2', '3']\n"  # 3 is the listing itself


async def test_what_a_job_reads_is_there_and_cannot_be_written(bwrap: Level, tmp_path: Path) -> None:
    (tmp_path / "shown").mkdir()
    (tmp_path / "shown" / "a").write_text("seen", "utf-8")
    (tmp_path / "hidden").write_text("unseen", "utf-8")
    script = f"cat {tmp_path}/shown/a; cat {tmp_path}/hidden; echo x > {tmp_path}/shown/b"
    job = Job(command=("/bin/sh", "-c", script), reads=(tmp_path / "shown",), timeout_s=PATIENCE_S)
    result = await run(job, level=bwrap)
    assert result.stdout == "seen"
    assert not (tmp_path / "shown" / "b").exists()

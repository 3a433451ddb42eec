"""What a measurement starts: a private PostgreSQL, servers, the load generator. Ends all of it."""

import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.parse

DATABASE = "filmhub"


class Stop(Exception):
    """A measurement cannot go on."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Cores:
    """Which processors whoever is measured runs on, and which everybody else; without two kinds of them
    the system decides."""

    def __init__(self, apart):
        self.measured = self.others = None
        if apart:
            first, *others = sorted(os.sched_getaffinity(0))
            if not others:
                raise Stop("there is one processor only, nothing can be kept apart")
            self.measured, self.others = {first}, set(others)

    @staticmethod
    def prefix(cores):
        """What a command begins with so that it runs on these."""
        return [require("taskset", "util-linux"), "-c", ",".join(map(str, cores))] if cores else []


def require(command, package):
    """Finds a command, and installs its Debian package where it is missing and may be."""
    found = shutil.which(command)
    if found:
        return found
    if os.geteuid() != 0:
        raise Stop(f"please install {package}")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", package]):
        subprocess.run(["apt-get", *arguments], env=environment, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, check=True)
    found = shutil.which(command)
    if not found:
        raise Stop(f"{package} brought no {command}")
    return found


class Process:
    """A child that is ended by its number, whatever happens."""

    def __init__(self, name, command, log, environment=None, folder="/", end_by=signal.SIGTERM):
        self.name, self.log, self.end_by = name, log, end_by
        with open(log, "ab") as output:
            # In a session of its own, so that Ctrl-C reaches this script alone.
            self.child = subprocess.Popen(command, env=environment, cwd=folder, stdin=subprocess.DEVNULL,
                                          stdout=output, stderr=output, start_new_session=True)

    def check(self):
        if self.child.poll() is not None:
            last = pathlib.Path(self.log).read_text(errors="replace")[-2000:]
            raise Stop(f"{self.name} ended with {self.child.returncode}:\n{last}")

    def end(self):
        if self.child.poll() is not None:
            return
        self.child.send_signal(self.end_by)
        try:
            self.child.wait(20)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()

    def processor_seconds(self):
        """The processor time that the process has taken so far."""
        # What follows the name, which may hold anything, begins with the third field.
        fields = pathlib.Path(f"/proc/{self.child.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mib(self):
        """The process's resident memory."""
        status = pathlib.Path(f"/proc/{self.child.pid}/status").read_text()
        kib = next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1]
        return int(kib) / 1024


class Server(Process):
    """A child that answers HTTP on a port of this machine."""

    def __init__(self, name, command, folder, environment, port):
        self.port, self.started = port, time.monotonic()
        # In a folder without anybody's `.env`.
        super().__init__(name, command, folder / f"{name}.log", environment, folder)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def wait_until_ready(self, path, patience):
        """Waits for a 200 and says after how many seconds it came."""
        while time.monotonic() - self.started < patience:
            self.check()
            try:
                status, _ = self.ask("GET", path)
                if status == 200:
                    return time.monotonic() - self.started
            except OSError:
                pass
            time.sleep(0.005)
        raise Stop(f"{self.name} is not ready after {patience} s; its log is {self.log}")

    def ask(self, method, path, token=None, body=None):
        """Sends one request on a connection of its own; gives the status and the JSON, if any."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {}
        if token and token != "-":
            headers["Authorization"] = f"Bearer {token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        is_json = "json" in (answer.getheader("Content-Type") or "")
        return answer.status, json.loads(content) if is_json else None


class MemoryWatch:
    """The most resident memory of a process while it is under load."""

    def __init__(self, process):
        self.process, self.most = process, 0.0
        self.is_over = threading.Event()

    def __enter__(self):
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.thread.join()

    def _watch(self):
        while not self.is_over.wait(0.2):
            try:
                self.most = max(self.most, self.process.resident_mib())
            except OSError:
                return


class Postgres:
    """A private PostgreSQL with the defaults of its packaging, fsync among them."""

    def __init__(self, folder, max_connections, prefix=()):
        self.folder = pathlib.Path(folder)
        self.binaries = self._find()
        self.as_owner = []
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root; its package has made a user for it.
            self.as_owner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
            shutil.chown(self.folder, "postgres", "postgres")
        self.port = free_port()
        data = self.folder / "data"
        self._run(self.binaries / "initdb", "-D", data, "-U", DATABASE, "--auth=trust",
                  "-E", "UTF8", "--locale=C.UTF-8")
        self.process = Process(
            "postgres",
            [*prefix, *self.as_owner, self.binaries / "postgres", "-D", data, "-p", str(self.port),
             "-k", self.folder, "-c", "listen_addresses=127.0.0.1",
             "-c", f"max_connections={max_connections}"],
            self.folder.parent / "postgres.log",
            # Fast shutdown: does not wait for clients.
            end_by=signal.SIGINT,
        )
        self._wait()
        self._run(self.binaries / "createdb", *self._where(), DATABASE)

    @staticmethod
    def _find():
        installed = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"),
                           key=lambda folder: int(folder.parent.name))
        if installed:
            return installed[-1]
        on_path = shutil.which("initdb")
        if on_path:
            return pathlib.Path(on_path).parent
        require("psql", "postgresql")
        return Postgres._find()

    def _where(self):
        return ["-h", "127.0.0.1", "-p", str(self.port), "-U", DATABASE]

    def _run(self, *command):
        done = subprocess.run([*self.as_owner, *map(str, command)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, cwd="/")
        if done.returncode:
            raise Stop(f"{command[0]} failed: {done.stderr}")

    def _wait(self):
        for _ in range(600):
            self.process.check()
            ready = subprocess.run([self.binaries / "pg_isready", "-q", *self._where()])
            if ready.returncode == 0:
                return
            time.sleep(0.05)
        raise Stop("postgres does not answer")

    @property
    def url(self):
        return f"postgres://{DATABASE}@127.0.0.1:{self.port}/{DATABASE}"

    def sql(self, script):
        """Runs a script in one session and gives what it selects, as text."""
        command = [self.binaries / "psql", *self._where(), "-d", DATABASE, "-X", "-q", "-A", "-t",
                   "-v", "ON_ERROR_STOP=1"]
        done = subprocess.run(command, input=script, capture_output=True, text=True)
        if done.returncode:
            raise Stop(f"psql: {done.stderr[:2000]}")
        return done.stdout

    def version(self):
        return self.sql("SHOW server_version").strip()


def wrk(binary, script, server, connections, seconds, arguments, prefix=()):
    """Puts a server under load and gives the outcome."""
    # One thread keeps far more connections busy than there are here, and leaves the processors to
    # the servers.
    command = [*prefix, binary, "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--timeout", "10s",
               "-s", str(script), server.url, "--", *map(str, arguments)]
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, start_new_session=True)
    try:
        output, _ = child.communicate(timeout=seconds + 60)
    except BaseException:
        child.kill()
        child.wait()
        raise
    last = output.strip().splitlines()[-1:]
    if child.returncode or not last or not last[0].startswith("{"):
        raise Stop(f"wrk failed: {output}")
    return json.loads(last[0])


def quoted(text):
    return urllib.parse.quote(text, safe="")

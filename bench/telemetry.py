"""Those who look at the product while it is measured: a collector of traces, and a reader of metrics."""

import http.client
import http.server
import threading

from processes import free_port

# As often as Prometheus looks when it is in a hurry.
LOOK_EVERY_S = 5
PART = "0.1"


class Collector(http.server.BaseHTTPRequestHandler):
    """Takes traces and throws them away."""

    protocol_version = "HTTP/1.1"
    batches, bytes = 0, 0

    def do_POST(self):  # noqa: N802, the library's word
        length = int(self.headers["Content-Length"])
        self.rfile.read(length)
        Collector.batches += 1
        Collector.bytes += length
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Watchers:
    """Both, until they are ended."""

    name = "watchers"

    def __init__(self):
        self.metrics_port = free_port()
        self.looks = 0
        self.is_over = threading.Event()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
        for work in (self.server.serve_forever, self._look):
            threading.Thread(target=work, daemon=True).start()

    def settings(self):
        """What the product is told so that it is watched."""
        return {
            "FILMHUB_METRICS_PORT": str(self.metrics_port),
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{self.server.server_port}",
            "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
            "OTEL_TRACES_SAMPLER_ARG": PART,
        }

    def check(self):
        """Nothing here ends by itself."""

    def end(self):
        self.is_over.set()
        self.server.shutdown()

    def figures(self):
        return {"sampled": float(PART), "looks_at_metrics": self.looks, "batches_of_spans": Collector.batches,
                "bytes_of_spans": Collector.bytes}

    def _look(self):
        while not self.is_over.wait(LOOK_EVERY_S):
            connection = http.client.HTTPConnection("127.0.0.1", self.metrics_port, timeout=5)
            try:
                connection.request("GET", "/metrics")
                connection.getresponse().read()
                self.looks += 1
            except OSError:
                # It is starting, or has ended.
                pass
            finally:
                connection.close()

"""A collector for tests: what comes by OTLP over HTTP is read with OpenTelemetry's own definitions, and told as JSON.

Standard output: the port; then one object a span, log record or metric point, each named by `kind`. Each body is kept as it
came in the folder that the first argument names. The file `mode` in that folder says how requests are answered:
`ok` (also where there is none), `stall`: not at all, or a status.
"""

import gzip
import json
import math
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
from opentelemetry.proto.trace.v1 import trace_pb2

FOLDER = sys.argv[1]
PORT = int(sys.argv[2]) if len(sys.argv) > 2 else 0


def value(any_value):
    which = any_value.WhichOneof("value")
    if which is None:
        return None
    one = getattr(any_value, which)
    if which == "array_value":
        return [value(each) for each in one.values]
    if which == "kvlist_value":
        return attributes(one.values)
    if which == "bytes_value":
        return {"bytes": one.hex()}
    return one


def attributes(pairs):
    keys = [pair.key for pair in pairs]
    assert len(keys) == len(set(keys)), f"a key comes twice: {keys}"
    return {pair.key: value(pair.value) for pair in pairs}


def traces(body):
    request = trace_service_pb2.ExportTraceServiceRequest.FromString(body)
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield {
                    "kind": "span",
                    "resource": attributes(resource.resource.attributes),
                    "scope": scope.scope.name,
                    "trace": span.trace_id.hex(),
                    "id": span.span_id.hex(),
                    "parent": span.parent_span_id.hex(),
                    "name": span.name,
                    "span_kind": trace_pb2.Span.SpanKind.Name(span.kind),
                    "start": span.start_time_unix_nano,
                    "end": span.end_time_unix_nano,
                    "attributes": attributes(span.attributes),
                    "links": [{"trace": link.trace_id.hex(), "id": link.span_id.hex()} for link in span.links],
                    "status": trace_pb2.Status.StatusCode.Name(span.status.code),
                    "message": span.status.message,
                }


def logs(body):
    request = logs_service_pb2.ExportLogsServiceRequest.FromString(body)
    for resource in request.resource_logs:
        for scope in resource.scope_logs:
            for record in scope.log_records:
                yield {
                    "kind": "log",
                    "resource": attributes(resource.resource.attributes),
                    "trace": record.trace_id.hex(),
                    "span": record.span_id.hex(),
                    "name": record.event_name,
                    "at": record.time_unix_nano,
                    "severity": record.severity_number,
                    "body": value(record.body),
                    "attributes": attributes(record.attributes),
                }


def metrics(body):
    request = metrics_service_pb2.ExportMetricsServiceRequest.FromString(body)
    for resource in request.resource_metrics:
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                which = metric.WhichOneof("data")
                for point in getattr(metric, which).data_points:
                    told = {
                        "kind": "metric",
                        "resource": attributes(resource.resource.attributes),
                        "name": metric.name,
                        "unit": metric.unit,
                        "type": which,
                        "attributes": attributes(point.attributes),
                        "value": point.count if which == "histogram" else point.as_int,
                    }
                    if which == "histogram":
                        assert sum(point.bucket_counts) == point.count
                        assert len(point.bucket_counts) == len(point.explicit_bounds) + 1
                        assert math.isfinite(point.sum)
                    yield told


READS = {"/v1/traces": traces, "/v1/logs": logs, "/v1/metrics": metrics}


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/mark":  # what was answered before stands before this line
            sys.stdout.write(json.dumps({"kind": "mark", "mark": body.decode()}) + "\n")
            sys.stdout.flush()
            self.answer(200)
            return
        try:
            with open(os.path.join(FOLDER, "mode"), encoding="ascii") as file:
                mode = file.read().strip()
        except FileNotFoundError:
            mode = "ok"
        if mode == "stall":
            time.sleep(3600)
        status = 200 if mode == "ok" else int(mode)
        if status == 200:
            assert self.headers["content-type"] == "application/x-protobuf"
            if self.headers["content-encoding"] == "gzip":
                body = gzip.decompress(body)
            name = f"{time.time_ns()}{self.path.replace('/', '-')}"
            with open(os.path.join(FOLDER, name), "wb") as file:
                file.write(body)
            try:
                lines = [json.dumps(each) for each in READS[self.path](body)]
            except Exception as error:  # pylint: disable=broad-except
                lines, status = [json.dumps({"kind": "error", "error": f"{self.path}: {error!r}"})], 400
            sys.stdout.write("".join(line + "\n" for line in lines))
            sys.stdout.flush()
        self.answer(status)

    def answer(self, status):
        self.send_response(status)
        self.send_header("content-type", "application/x-protobuf")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True


if __name__ == "__main__":
    server = Server(("127.0.0.1", PORT), Receiver)
    print(json.dumps({"kind": "port", "port": server.server_address[1]}), flush=True)
    server.serve_forever()

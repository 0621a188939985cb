"""A collector for tests: what comes by OTLP over HTTP, or with the third argument `grpc` by gRPC, is read with OpenTelemetry's own definitions, and told as JSON.

Standard output: the port; then one object a span, log record or metric point, each named by `kind`. Each body is kept as it
came in the folder that the first argument names. The file `mode` in that folder says how requests are answered:
`ok` (also where there is none), `stall`: not at all, or a status (of gRPC by its name).
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


def traces(request):
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


def logs(request):
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


def metrics(request):
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


READS = {
    "/v1/traces": (traces, trace_service_pb2.ExportTraceServiceRequest),
    "/v1/logs": (logs, logs_service_pb2.ExportLogsServiceRequest),
    "/v1/metrics": (metrics, metrics_service_pb2.ExportMetricsServiceRequest),
}


def mode():
    try:
        with open(os.path.join(FOLDER, "mode"), encoding="ascii") as file:
            return file.read().strip()
    except FileNotFoundError:
        return "ok"


def tell(lines):
    sys.stdout.write("".join(json.dumps(line) + "\n" for line in lines))
    sys.stdout.flush()


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/mark":  # what was answered before stands before this line
            tell([{"kind": "mark", "mark": body.decode()}])
            self.answer(200)
            return
        now = mode()
        if now == "stall":
            time.sleep(3600)
        status = 200 if now == "ok" else int(now)
        if status == 200:
            assert self.headers["content-type"] == "application/x-protobuf"
            if self.headers["content-encoding"] == "gzip":
                body = gzip.decompress(body)
            name = f"{time.time_ns()}{self.path.replace('/', '-')}"
            with open(os.path.join(FOLDER, name), "wb") as file:
                file.write(body)
            try:
                reads, of = READS[self.path]
                lines = list(reads(of.FromString(body)))
            except Exception as error:  # pylint: disable=broad-except
                lines, status = [{"kind": "error", "error": f"{self.path}: {error!r}"}], 400
            tell(lines)
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


def serve_grpc():
    """The same three services as OpenTelemetry's definitions name them; what a call says of itself is told with each line."""
    from concurrent import futures

    import grpc
    from opentelemetry.proto.collector.logs.v1 import logs_service_pb2_grpc as of_logs
    from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2_grpc as of_metrics
    from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as of_traces

    class Service:
        def __init__(self, reads, answer):
            self.reads, self.answer = reads, answer

        def Export(self, request, context):
            now = mode()
            if now != "ok":
                context.abort(grpc.StatusCode[now], "as it was asked")
            metadata = {name: value for name, value in context.invocation_metadata() if isinstance(value, str)}
            tell([{**line, "metadata": metadata} for line in self.reads(request)])
            return self.answer()

    server = grpc.server(futures.ThreadPoolExecutor(4))
    of_traces.add_TraceServiceServicer_to_server(
        Service(traces, trace_service_pb2.ExportTraceServiceResponse), server
    )
    of_logs.add_LogsServiceServicer_to_server(Service(logs, logs_service_pb2.ExportLogsServiceResponse), server)
    of_metrics.add_MetricsServiceServicer_to_server(
        Service(metrics, metrics_service_pb2.ExportMetricsServiceResponse), server
    )
    tell([{"kind": "port", "port": server.add_insecure_port(f"127.0.0.1:{PORT}")}])
    server.start()
    server.wait_for_termination()


if __name__ == "__main__" and sys.argv[3:] == ["grpc"]:
    serve_grpc()
elif __name__ == "__main__":
    server = Server(("127.0.0.1", PORT), Receiver)
    print(json.dumps({"kind": "port", "port": server.server_address[1]}), flush=True)
    server.serve_forever()
